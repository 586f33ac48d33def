import { defineConfig } from "@holdfast/server";

/** A device's client without any overlap: only a repeated attempt may be answered again, as it must be after a crash. */
export default defineConfig({
  clients: [
    {
      id: "sensor",
      audience: "https://api.example.com",
      refreshToken: "body",
      signin: { success: "http://localhost:5999/" },
      tokens: { overlap: "0s" },
    },
  ],
});
