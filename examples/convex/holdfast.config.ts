import { randomBytes } from "node:crypto";
import { defineConfig } from "@holdfast/server";

/**
 * What `npm run example:convex` runs: the example's page and a deployment like Convex, with the practice provider to sign
 * in with. All of it is at 127.0.0.1 and not at localhost: cookies know no ports, and those of `npm start` stay apart.
 */
export default defineConfig(({ port, companionPort }) => {
  const web = `http://127.0.0.1:${companionPort("web")}`;
  const convexPort = companionPort("convex");
  // Known to this process and the example that it starts, and to nobody after them.
  const secret = randomBytes(32).toString("base64url");
  return {
    issuer: `http://127.0.0.1:${port}`,
    brand: { name: "Shared list" },
    clients: [
      {
        id: "shared-list",
        name: "Shared list",
        origins: [web],
        // What Convex calls `applicationID`.
        audience: "convex",
        // Short, so that a refresh can be watched.
        tokens: { access: "2m" },
        signin: { success: `${web}/`, failed: `${web}/` },
        signout: { success: `${web}/` },
      },
    ],
    services: [{ id: "example", audience: "convex", secret, may: ["follow", "revoke"] }],
    companions: [
      {
        name: "example",
        command: ["node", "examples/convex/main.ts"],
        env: {
          CLIENT_ID: "shared-list",
          AUDIENCE: "convex",
          SERVICE_ID: "example",
          SERVICE_SECRET: secret,
          WEB_PORT: new URL(web).port,
          CONVEX_PORT: String(convexPort),
        },
      },
    ],
  };
});
