import { webcrypto } from "node:crypto";
import { IDBFactory } from "fake-indexeddb";
import { describe, expect, it } from "vitest";
import { openKeyVault } from "./browser-vault.ts";

const keys = (await webcrypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, [
  "sign",
  "verify",
])) as CryptoKeyPair;

describe("the vault", () => {
  it("keeps a key and what it binds, for each name its own, beyond the page", async () => {
    const factory = new IDBFactory();
    const vault = openKeyVault(factory);
    expect(await vault.read("a")).toBeNull();
    await vault.write("a", { keys, value: "one" });
    await vault.write("a", { keys, value: "two" });
    const again = openKeyVault(factory);
    expect((await again.read("a"))?.value).toBe("two");
    expect(await again.read("b")).toBeNull();
    await again.remove("a");
    expect(await vault.read("a")).toBeNull();
  });

  it("is opened anew after the browser closed it", async () => {
    const factory = new IDBFactory();
    const vault = openKeyVault(factory);
    await vault.write("a", { keys, value: "one" });
    await new Promise((resolve, reject) => {
      const request = factory.open("holdfast", 2);
      request.onsuccess = () => {
        request.result.close();
        resolve(undefined);
      };
      request.onerror = () => reject(request.error);
    });
    await expect(vault.read("a")).rejects.toThrow();
    await expect(vault.read("a")).rejects.toMatchObject({ name: "VersionError" });
  });

  it("rejects where it may not be opened", async () => {
    const request: { onerror?: () => void; error: DOMException } = { error: new DOMException("No.", "SecurityError") };
    const factory = {
      open() {
        queueMicrotask(() => request.onerror?.());
        return request;
      },
    } as unknown as IDBFactory;
    await expect(openKeyVault(factory).read("a")).rejects.toMatchObject({ name: "SecurityError" });
  });
});
