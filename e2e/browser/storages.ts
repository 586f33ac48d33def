import { expect, it } from "vitest";
import type { Stack } from "./support/stack.ts";

/** Browsers that keep nothing. */
export function describeStorages(stack: () => Stack): void {
  it("where storage is blocked the session holds all the same, over a reload and in two tabs", async () => {
    const visit = await stack().visit();
    await visit.context.addInitScript(() => {
      for (const name of ["localStorage", "sessionStorage"]) {
        Object.defineProperty(globalThis, name, {
          get: () => {
            throw new DOMException("Blocked.", "SecurityError");
          },
        });
      }
    });
    const first = await visit.signIn();
    expect(await first.page.getByTestId("warning").textContent()).toContain("storage_unavailable");
    const second = await visit.open();
    const before = await Promise.all([first.generation(), second.generation()]);
    await Promise.all([first.quickstart.refreshNow.click(), second.quickstart.refreshNow.click()]);
    await expect.poll(() => first.generation()).toBeGreaterThan(before[0]);
    await expect.poll(() => second.generation()).toBeGreaterThan(before[1]);
    await first.page.reload();
    await first.is("active");
    await second.is("active");
    for (const tab of [first, second]) {
      expect((await tab.blemishes()).filter((each) => each !== "loaded again")).toEqual([]);
    }
    await visit.close();
  });

  it("where storage is full it says so, and goes on", async () => {
    const visit = await stack().visit();
    const tab = await visit.signIn();
    const generation = await tab.generation();
    await tab.page.evaluate(() => {
      Storage.prototype.setItem = () => {
        throw new DOMException("Full.", "QuotaExceededError");
      };
    });
    await tab.quickstart.refreshNow.click();
    await expect.poll(() => tab.generation()).toBe(generation + 1);
    await tab.page.getByTestId("warning").waitFor();
    expect(await tab.status()).toBe("active");
    expect(await tab.blemishes()).toEqual([]);
    await visit.close();
  });

  it("blocked third-party cookies concern no app of the same site", async () => {
    const visit = await stack().visit();
    const tab = await visit.open();
    const devtools = await tab.devtools();
    await devtools.send("Network.enable");
    await devtools.send("Network.setCookieControls", {
      enableThirdPartyCookieRestriction: true,
    });
    await tab.quickstart.signIn.click();
    await tab.page.locator("button[name=person][value=ada-lovelace]").click();
    await tab.is("active");
    await visit.close();
  });
}
