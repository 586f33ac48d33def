/**
 * A device that does nothing but refresh, until it is killed: `node device-process.ts <issuer> <file>`. Says `open` once
 * it has read its file, and one line for each refresh.
 */
import { createDeviceSession, createFileStorage } from "@holdfast/client/service";

const [, , issuer = "", file = ""] = process.argv;
const session = createDeviceSession({ issuer, clientId: "sensor", storage: createFileStorage(file) });
const { status } = await session.ready();
console.log(status === "ended" ? "ended" : "open");
while (session.state.isAuthenticated) {
  const token = await session.getToken({ forceRefresh: true });
  console.log(token === null ? "ended" : "refreshed");
}
