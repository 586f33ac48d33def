import { defineConfig } from "@holdfast/server";

const audience = "https://api.example.com";

/** One client, and services of which one may do all that a service does by itself. Nobody else may follow the feed. */
export default defineConfig({
  clients: [{ id: "honest", audience, refreshToken: "body", signin: { success: "http://localhost:5999/" } }],
  services: [
    { id: "api", audience, secret: "the secret of the api: 100% + ü", may: ["follow", "introspect", "report"] },
    { id: "silent", secret: "the secret of one that may not follow", may: ["introspect"] },
  ],
  feed: { access: "services" },
});
