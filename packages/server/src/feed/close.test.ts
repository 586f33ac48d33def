import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, inject, it } from "vitest";
import { createTestInstance } from "../testing/instance.ts";
import { followFeed } from "./feed.testing.ts";

it("draining ends every stream and takes no new follower", async () => {
  const instance = await createTestInstance({ hasPractice: false });
  try {
    const follower = await followFeed(instance);
    await follower.caughtUp();
    await instance.holdfast.drain();
    await follower.ended;
    const refused = await fetch(`${instance.issuer}/feed`);
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThan(0);
    await refused.body?.cancel();
  } finally {
    await instance.close();
  }
});

it("a closed instance leaves nothing behind that keeps the process alive", async () => {
  const script = fileURLToPath(new URL("open-and-close.testing.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=holdfast-source", script, JSON.stringify(inject("postgres"))], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const output = await new Promise<string>((resolve, reject) => {
      let text = "";
      child.stdout.on("data", (chunk) => {
        text += chunk;
      });
      child.once("exit", () => resolve(text));
      setTimeout(() => reject(new Error(`still running; said ${JSON.stringify(text)}`)), 10_000).unref();
    });
    expect(output).toBe("closed\n");
    expect(child.exitCode).toBe(0);
  } finally {
    child.kill("SIGKILL");
  }
});
