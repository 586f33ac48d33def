import { defineConfig } from "@holdfast/server";

/** One client that keeps its refresh token itself, and nothing beside the server: it starts quickly, and often. */
export default defineConfig({
  clients: [
    {
      id: "honest",
      audience: "https://api.example.com",
      refreshToken: "body",
      signin: { success: "http://localhost:5999/" },
    },
  ],
});
