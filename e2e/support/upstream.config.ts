import { defineConfig } from "@holdfast/server";
import quickstart from "../../holdfast.config.ts";

/** The quickstart, with somebody else's provider (or two) to sign in with. The tests say which. */
export default defineConfig(async (context) => {
  const base = typeof quickstart === "function" ? await quickstart(context) : quickstart;
  return { ...base, providers: JSON.parse(process.env.E2E_PROVIDERS ?? "[]") };
});
