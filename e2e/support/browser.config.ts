import { defineConfig } from "@holdfast/server";
import quickstart from "../../holdfast.config.ts";

/** The quickstart with access tokens that live for seconds: a test must not wait for a quarter of an hour. */
export default defineConfig(async (context) => {
  const base = typeof quickstart === "function" ? await quickstart(context) : quickstart;
  const clients = base.clients?.map((client) => ({ ...client, tokens: { access: "20s" } }));
  return { ...base, clients };
});
