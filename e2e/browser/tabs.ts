import { expect, it } from "vitest";
import { type Stack, tokenLifetime } from "./support/stack.ts";
import { attemptOf } from "./support/visit.ts";

/** Several tabs, one session. */
export function describeTabs(stack: () => Stack): void {
  it("three tabs whose token falls due at the same moment make one request", async () => {
    const visit = await stack().visit();
    const first = await visit.signIn();
    const tabs = [first, await visit.open(), await visit.open()];
    const before = visit.refreshes.length;
    const generation = await first.generation();
    // It falls due at 70 to 80 % of its life.
    await expect.poll(() => visit.refreshes.length, { timeout: tokenLifetime }).toBe(before + 1);
    for (const tab of tabs) await expect.poll(() => tab.generation()).toBe(generation + 1);
    expect(visit.refreshes).toHaveLength(before + 1);
    for (const tab of tabs) expect(await tab.blemishes()).toEqual([]);
    await visit.close();
  });

  it("a new tab asks the others for the token, and nobody else", async () => {
    const visit = await stack().visit();
    await visit.signIn();
    const before = visit.refreshes.length;
    const second = await visit.open();
    expect(await second.status()).toBe("active");
    expect(visit.refreshes).toHaveLength(before);
    await visit.close();
  });

  it("three tabs that are asked to refresh at once all have the next generation, after one request", async () => {
    const visit = await stack().visit();
    const first = await visit.signIn();
    const tabs = [first, await visit.open(), await visit.open()];
    const before = visit.refreshes.length;
    const generation = await first.generation();
    await Promise.all(tabs.map((tab) => tab.quickstart.refreshNow.click()));
    for (const tab of tabs) await expect.poll(() => tab.generation()).toBeGreaterThan(generation);
    for (const tab of tabs) expect(await tab.status()).toBe("active");
    // Whoever pressed when the first was done has asked for another.
    expect(visit.refreshes.length - before).toBeLessThanOrEqual(tabs.length);
    const generations = await Promise.all(tabs.map((tab) => tab.generation()));
    expect(new Set(generations).size).toBe(1);
    await visit.close();
  });

  it("a tab that is closed in mid-refresh is opened again, and goes on with the attempt that it began", async () => {
    const visit = await stack().visit();
    const first = await visit.signIn();
    const generation = await first.generation();
    // The server answers, and the answer reaches nobody.
    await first.page.route("**/refresh", (route) => void route.fetch());
    await first.quickstart.refreshNow.click();
    await expect.poll(() => visit.refreshes.length).toBe(2);
    await first.page.close();
    const again = await visit.open();
    await again.is("active");
    expect(await again.generation()).toBe(generation + 1);
    expect(await again.blemishes()).toEqual([]);
    const [lost, answered] = visit.refreshes.slice(-2).map(attemptOf);
    expect(answered).toBe(lost);
    await visit.close();
  });

  it("a tab that crashes while it holds the lock holds up nobody", async () => {
    const visit = await stack().visit();
    const first = await visit.signIn();
    const second = await visit.open();
    const generation = await second.generation();
    await first.page.route("**/refresh", (route) => void route.fetch());
    await first.quickstart.refreshNow.click();
    await expect.poll(() => visit.refreshes.length).toBeGreaterThan(1);
    await second.quickstart.refreshNow.click();
    const devtools = await first.devtools();
    devtools.send("Page.crash").catch(() => {});
    await expect.poll(() => second.generation(), { timeout: 12_000 }).toBe(generation + 1);
    expect(await second.blemishes()).toEqual([]);
    await visit.close();
  });
}
