import { defineConfig } from "@holdfast/server";

/** What `npm start` runs: the quickstart's app and API, with the practice provider to sign in with. */
export default defineConfig(({ companionPort }) => {
  const web = `http://localhost:${companionPort("web")}`;
  const api = `http://localhost:${companionPort("api")}`;
  return {
    clients: [
      {
        id: "quickstart",
        name: "Quickstart",
        origins: [web],
        audience: api,
        scope: "greetings:read",
        signin: { success: `${web}/`, failed: `${web}/` },
        signout: { success: `${web}/` },
      },
    ],
    companions: [
      {
        name: "example",
        command: ["node", "examples/quickstart/main.ts"],
        env: { CLIENT_ID: "quickstart", AUDIENCE: api, WEB_PORT: new URL(web).port, API_PORT: new URL(api).port },
      },
    ],
  };
});
