import { browserEnv } from "@holdfast/client";
import { createNaiveClient } from "../../../packages/client/src/testing/naive-client.ts";
import type { StartApp } from "./compared-app.ts";
import { appOf } from "./holdfast.ts";

/** A refresh on a timer, null on every error, a reload on "Failed to fetch". */
export const start: StartApp = ({ issuer, clientId }) => {
  const page = { name: "page", env: browserEnv(), issuer, clientId, reload: () => location.reload() };
  const client = createNaiveClient(page, "local");
  if (new URLSearchParams(location.search).has("code")) void client.handleCallback();
  return appOf(client);
};
