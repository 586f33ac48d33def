import path from "node:path";
import type { NextConfig } from "next";

/** The repository: the app is built in a copy, four folders below it. */
const root = path.resolve(import.meta.dirname, "../../../..");
const source = (file: string) => `./${path.relative(import.meta.dirname, path.join(root, "packages", file))}`;

const config: NextConfig = {
  typescript: { ignoreBuildErrors: true },
  turbopack: {
    root,
    // Packages are tried as they are written, not as they were last built.
    resolveAlias: {
      "@holdfast/client": source("client/src/index.ts"),
      "@holdfast/next": source("next/src/index.ts"),
      "@holdfast/next/proxy": source("next/src/proxy.ts"),
      "@holdfast/next/server": source("next/src/server/index.ts"),
      "@holdfast/protocol": source("protocol/src/index.ts"),
      "@holdfast/react": source("react/src/index.ts"),
      "@holdfast/verify": source("verify/src/index.ts"),
    },
  },
};

export default config;
