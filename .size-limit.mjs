/**
 * What the packages for browsers weigh in a page: minified, gzip, each without what it is built on. Measured on the
 * sources, so that nothing need be built first.
 */
const fromSources = (config) => ({ ...config, conditions: ["holdfast-source"], format: "esm", target: "es2022" });

/** @type {import("size-limit").SizeLimitConfig} */
const sizes = [
  { name: "@holdfast/client", path: "packages/client/src/index.ts", limit: "10.2 kB" },
  { name: "@holdfast/client/dpop", path: "packages/client/src/dpop/index.ts", limit: "1.7 kB" },
  {
    name: "@holdfast/react",
    path: "packages/react/src/index.ts",
    limit: "1.5 kB",
    ignore: ["react", "@holdfast/client"],
  },
  {
    name: "@holdfast/convex",
    path: "packages/convex/src/index.ts",
    limit: "1.5 kB",
    ignore: ["react", "convex", "@holdfast/client", "@holdfast/react"],
  },
].map((entry) => ({ ...entry, gzip: true, modifyEsbuildConfig: fromSources }));

// biome-ignore lint/style/noDefaultExport: it is what size-limit reads.
export default sizes;
