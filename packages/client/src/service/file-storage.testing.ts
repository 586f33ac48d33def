/** Counts up in a file that others count up too: `node file-storage.testing.ts <path> <times>`. */
import { createFileStorage } from "./file-storage.ts";

declare const process: { readonly argv: readonly string[] };

const [, , path = "", times = "0"] = process.argv;
const storage = createFileStorage(path);
for (let turn = 0; turn < Number(times); turn += 1) {
  await storage.exclusively?.(async () => storage.write(String(Number(await storage.read()) + 1)));
}
