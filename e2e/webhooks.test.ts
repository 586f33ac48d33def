/** Webhooks end to end: made on the command line, sent by the running server, verified by our own library, v1 and v1a. */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { verifyWebhook } from "@holdfast/verify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type HoldfastProcess, startHoldfast } from "./support/holdfast-process.ts";

const config = fileURLToPath(new URL("support/crash.config.ts", import.meta.url));

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let data: string;
let holdfast: HoldfastProcess;
let receiver: Server;
const received: Received[] = [];
beforeAll(async () => {
  receiver = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    received.push({ headers: request.headers, body });
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  data = await mkdtemp(join(tmpdir(), "holdfast-webhooks-"));
  holdfast = await startHoldfast({ data, config });
});
afterAll(async () => {
  await holdfast?.stop();
  receiver.close();
  await rm(data, { recursive: true, force: true });
});

describe.each(["v1", "v1a"])("signed with %s", (signature) => {
  it("a session's start is heard within two seconds, verified, and refused when it was altered", async () => {
    const { port } = receiver.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/${signature}`;
    const add = ["webhook", "add", url, "--events", "session.started", "--signature", signature];
    const { id, secret } = (await holdfast.command(...add)) as { id: string; secret: string };
    received.length = 0;
    const create = ["session", "create", "--user", "ada@example.com", "--client", "honest"];
    const { sid } = (await holdfast.command(...create)) as { sid: string };
    await expect.poll(() => received.length, { timeout: 10_000, interval: 20 }).toBe(1);
    const [message] = received;
    if (!message) throw new Error("nothing was received");
    expect(await verifyWebhook(message.body, message.headers, secret)).toMatchObject({
      type: "session.started",
      data: { session_id: sid },
    });
    const altered = message.body.replace(sid, sid.replace(/.$/, "0"));
    await expect(verifyWebhook(`${altered} `, message.headers, secret)).rejects.toMatchObject({
      code: "webhook_signature_mismatch",
    });
    const [delivery] = (await holdfast.command("webhook", "deliveries", id)) as {
      occurred_at: string;
      last_attempt: { started_at: string };
    }[];
    const delayMs = Date.parse(delivery?.last_attempt.started_at ?? "") - Date.parse(delivery?.occurred_at ?? "");
    expect(delayMs).toBeLessThan(2_000);
    await holdfast.command("webhook", "remove", id);
  });
});
