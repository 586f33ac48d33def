// @ts-check
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import starlight from "@astrojs/starlight";
import { defineConfig, passthroughImageService } from "astro/config";
import starlightLinksValidator from "starlight-links-validator";

/**
 * Writes the pages that are made from the code, and compiles the pages' snippets, before anything is rendered. In
 * processes of their own: they run the workspace packages from source, which Astro's own loader does not.
 * @returns {import("astro").AstroIntegration}
 */
function fromTheCode() {
  return {
    name: "holdfast-from-the-code",
    hooks: {
      async "astro:config:setup"({ command, logger }) {
        if (command === "sync") return;
        logger.info(await run("reference/generate.ts"));
        if (command === "build") logger.info(await run("check-snippets.ts"));
      },
    },
  };
}

/** @param {string} script */
async function run(script) {
  const options = { cwd: fileURLToPath(new URL(".", import.meta.url)) };
  const { stdout } = await promisify(execFile)(process.execPath, [script], options);
  return stdout.trim();
}

export default defineConfig({
  integrations: [
    fromTheCode(),
    starlight({
      title: "Holdfast",
      description: "A self-hosted identity provider whose sessions survive real life.",
      logo: { light: "./src/assets/mark-light.svg", dark: "./src/assets/mark-dark.svg", alt: "" },
      favicon: "/favicon.svg",
      customCss: ["./src/styles/theme.css"],
      expressiveCode: {
        themes: ["github-dark", "github-light"],
        styleOverrides: { borderRadius: "0.625rem", frames: { shadowColor: "transparent" } },
        defaultProps: { overridesByLang: { "console,sh": { frame: "none" } } },
        // What a program printed is read more than what was typed: in the text's own colour, not in the theme's blue.
        customizeTheme(theme) {
          theme.settings.push({ scope: ["meta.output"], settings: { foreground: theme.fg } });
          return theme;
        },
      },
      plugins: [starlightLinksValidator({ errorOnLocalLinks: false })],
      sidebar: [
        { label: "Start", items: ["index", "getting-started"] },
        {
          label: "Concepts",
          items: [
            "concepts/sessions-grants-tokens",
            "concepts/sign-in",
            "concepts/refresh",
            "concepts/lifetimes",
            "concepts/revocation",
            "concepts/cookies",
            "concepts/keys-and-secrets",
            "concepts/clocks",
            "concepts/storage",
          ],
        },
        {
          label: "Guides",
          items: [
            "guides/add-a-provider",
            "guides/protect-an-api",
            "guides/webhooks",
            "guides/verify-webhooks",
            "guides/shared-signals",
            "guides/single-page-app",
            "guides/browser-client",
            "guides/react",
            "guides/convex",
            "guides/nextjs",
            "guides/push-to-open-tabs",
            "guides/clients-that-keep-their-token",
            "guides/service-tokens",
            "guides/devices",
            "guides/dpop",
            "guides/production",
            "guides/operate",
            "guides/end-sessions",
            "guides/nats",
            "guides/test-your-client",
            "guides/why-was-i-logged-out",
          ],
        },
        {
          label: "Reference",
          items: [
            "reference/configuration",
            "reference/http",
            "reference/feed",
            "reference/cli",
            "reference/errors",
            "reference/events",
            "reference/webhook-events",
          ],
        },
        { label: "Measured", items: ["measured", "faults", "comparison", "limits"] },
      ],
    }),
  ],
  // Pictures are few, and drawn or cut to size already: nothing to install for them.
  image: { service: passthroughImageService() },
});
