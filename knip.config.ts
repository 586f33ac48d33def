import type { KnipConfig } from "knip";

const config: KnipConfig = {
  // A type named in an exported signature is exported with it, whether or not anybody else names it.
  exclude: ["types"],
  workspaces: {
    ".": {
      entry: [
        "holdfast.config.ts",
        "tools/{test,check}.ts",
        "tools/launcher/end-with-parent.mjs",
        "tools/**/*.test.ts",
      ],
      project: ["tools/**/*.{ts,mjs}", "*.{ts,cjs}"],
      // Run by their path. The compiler goes by its own name: `typescript` is an older release, kept for tools.
      ignoreDependencies: ["@biomejs/biome", "typescript-7"],
    },
    "packages/*": { entry: ["src/**/*.test.ts"], project: ["src/**/*.ts"] },
    "packages/client": {
      entry: ["src/**/*.test.ts", "src/**/*.testing.ts"],
      project: ["src/**/*.ts"],
      // Its peers: prove/clients runs them beside it.
      ignoreDependencies: ["@auth0/auth0-spa-js", "@supabase/auth-js", "@workos-inc/authkit-js", "oidc-client-ts"],
    },
    "packages/next": {
      entry: ["src/**/*.test.ts", "testing/*.ts", "testing/app/**/*.{ts,tsx}"],
      project: ["{src,testing}/**/*.{ts,tsx}"],
    },
    "examples/*": { entry: ["main.ts", "web/app/main.tsx", "**/*.test.ts"], project: ["**/*.{ts,tsx}"] },
    "examples/shared": { project: ["*.ts"] },
    "examples/convex": {
      entry: ["{main,holdfast.config}.ts", "web/app/main.tsx", "**/*.test.ts"],
      project: ["**/*.{ts,tsx}"],
    },
    "apps/docs": {
      entry: ["{check-snippets,reference/generate,transcripts/record,measure/figures}.ts", "**/*.test.ts"],
      project: ["**/*.{ts,mjs,astro,mdx}"],
      // The snippets of the pages import them.
      ignoreDependencies: [
        "@holdfast/verify",
        "@holdfast/client",
        "@holdfast/react",
        "@holdfast/convex",
        "@holdfast/next",
        "convex",
        "next",
        "react",
        "react-dom",
        "@types/react",
        "@types/react-dom",
      ],
    },
    e2e: {
      // Some are started by their path.
      entry: ["**/*.test.ts", "support/{device-process,device.config}.ts"],
      project: ["**/*.ts"],
      // Run by its path.
      ignoreDependencies: ["next"],
    },
  },
};

export default config;
