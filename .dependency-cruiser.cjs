// @ts-check
/**
 * Who may import whom. Every rule is proved to bite by tools/checks/imports-canary.ts, which breaks each of them
 * once.
 */

const server = "^packages/server/src";
const leaves = "(?:oauth|crypto)";
const platform = "(?:config|http|storage|events|jobs|clock|logging|metrics|pages)";
const watchers = "(?:webhooks|feed|signals|insights|audit)";
/** Not features either: the command line is above them all, and `testing/` serves tests only. */
const notFeatures = `(?:${leaves}|${platform}|cli|testing)`;
/** Tests boot whole servers and look behind doors; the rules are for what is shipped. */
const tests = "(?:\\.test|\\.testing)\\.ts$|/testing/";

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "no-cycle",
      comment: "A runtime cycle makes the order of evaluation, and so the program, depend on who is imported first.",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "resolvable",
      comment: "An import that is not resolved is an edge that no other rule sees.",
      severity: "error",
      from: {},
      // Astro makes these modules up as it builds.
      to: { couldNotResolve: true, pathNot: "^astro:" },
    },
    {
      name: "leaves-know-nothing",
      comment: "oauth/ and crypto/ are vocabulary and primitives.",
      severity: "error",
      from: { path: `${server}/${leaves}/`, pathNot: tests },
      to: { path: `${server}/`, pathNot: `${server}/${leaves}/` },
    },
    {
      name: "platform-knows-no-feature",
      comment: "What every feature stands on cannot lean on one of them.",
      severity: "error",
      from: { path: `${server}/${platform}/`, pathNot: tests },
      to: { path: `${server}/`, pathNot: `${server}/(?:${leaves}|${platform})/` },
    },
    {
      name: "features-know-no-composition",
      comment: "The files beside the folders, and cli/, build the features; a feature gets what it needs passed in.",
      severity: "error",
      from: { path: `${server}/(?!${notFeatures}/)[^/]+/`, pathNot: tests },
      to: { path: `${server}/(?:[^/]+\\.ts$|cli/)` },
    },
    {
      name: "feature-by-its-door",
      comment: "A feature is entered by its index.ts, so that the rest of it can change freely.",
      severity: "error",
      from: { path: `${server}/([^/]+)/`, pathNot: tests },
      to: { path: `${server}/(?!${notFeatures}/)[^/]+/`, pathNot: [`${server}/$1/`, `${server}/[^/]+/index\\.ts$`] },
    },
    {
      name: "feature-by-its-door-from-the-root",
      comment: "The composition root enters features by their doors too.",
      severity: "error",
      from: { path: `${server}/[^/]+\\.ts$`, pathNot: tests },
      to: { path: `${server}/(?!${notFeatures}/)[^/]+/`, pathNot: `${server}/[^/]+/index\\.ts$` },
    },
    {
      name: "watchers-only-watch",
      comment:
        "webhooks, feed, signals, insights and audit read events; whoever imported them would have two ways to tell them.",
      severity: "error",
      from: { path: `${server}/([^/]+)(?:/|$)`, pathNot: [tests, `${server}/[^/]+\\.ts$`] },
      to: { path: `${server}/${watchers}/`, pathNot: `${server}/$1/` },
    },
    {
      name: "tests-are-not-imported",
      comment: "What serves the tests must not reach what is shipped.",
      severity: "error",
      from: { path: "^packages/[^/]+/src/", pathNot: tests },
      to: { path: tests, pathNot: "node_modules" },
    },
    {
      name: "protocol-stands-alone",
      comment: "The wire contract has no dependencies, so that anyone can depend on it.",
      severity: "error",
      from: { path: "^packages/protocol/src/", pathNot: tests },
      to: { pathNot: "^packages/protocol/src/" },
    },
    {
      name: "packages-meet-in-the-protocol",
      comment: "protocol ← verify, client, server: a service that verifies tokens must not carry the server with it.",
      severity: "error",
      from: { path: "^packages/((?!react/|convex/|next/)[^/]+)/src/", pathNot: tests },
      to: { path: "^packages/", pathNot: "^packages/(?:$1|protocol)/" },
    },
    {
      name: "adapters-stand-on-the-client",
      comment: "client ← react ← convex, next: thin, and next verifies tokens as well. None of them knows another.",
      severity: "error",
      from: { path: "^packages/(react|convex|next)/src/", pathNot: tests },
      to: { path: "^packages/", pathNot: "^packages/(?:$1|protocol|client|react|verify)/" },
    },
    {
      name: "packages-by-name",
      comment:
        "A relative path into a package goes round its exports: what it reaches is not there once published. Benches make " +
        "a million rows at once, and drills break what is inside: they are never published, and look inside on purpose.",
      severity: "error",
      from: {
        path: "^((?:packages|apps|examples)/[^/]+|[^/]+)/",
        pathNot: "^(?:(?:bench|e2e/faults)/|e2e/(?:support/)?(?:next|client-))",
      },
      to: {
        path: "^packages/",
        pathNot: "^$1/",
        dependencyTypes: ["local"],
        dependencyTypesNot: ["aliased-workspace"],
      },
    },
    {
      name: "packages-know-no-application",
      comment: "apps/, examples/, e2e/ and tools/ are built on the packages.",
      severity: "error",
      from: { path: "^packages/" },
      to: { path: "^(?:apps|examples|e2e|tools)/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(dist|fixtures|\\.astro)/" },
    // Type imports bind a module to another as much as the rest do.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["holdfast-source", "import", "node", "types", "default"],
      extensions: [".ts", ".tsx", ".mjs", ".cjs", ".js", ".json", ".d.ts"],
    },
  },
};
