import { expect, it } from "vitest";
import { loseNextAnswer } from "./support/lost-answer.ts";
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
    // Nobody has an answer before all have asked.
    const { promise: allAsked, resolve: letThrough } = Promise.withResolvers<void>();
    await visit.context.route("**/refresh", (route) => allAsked.then(() => route.continue()));
    await Promise.all(tabs.map((tab) => tab.quickstart.refreshNow.click()));
    letThrough();
    for (const tab of tabs) await expect.poll(() => tab.generation()).toBe(generation + 1);
    for (const tab of tabs) expect(await tab.blemishes()).toEqual([]);
    expect(visit.refreshes).toHaveLength(before + 1);
    await visit.close();
  });

  it("a tab that is closed in mid-refresh is opened again, and goes on with the attempt that it began", async () => {
    const visit = await stack().visit();
    const first = await visit.signIn();
    const generation = await first.generation();
    const lost = await loseNextAnswer(first.page, { isHanging: true });
    await first.quickstart.refreshNow.click();
    await lost.done;
    await first.page.close();
    const again = await visit.open();
    await again.is("active");
    expect(await again.generation()).toBe(generation + 1);
    expect(await again.blemishes()).toEqual([]);
    const [before, after] = visit.refreshes.slice(-2).map(attemptOf);
    expect(after).toBe(before);
    await visit.close();
  });

  it("a tab that crashes while it holds the lock holds up nobody", async () => {
    const visit = await stack().visit();
    const first = await visit.signIn();
    const second = await visit.open();
    const generation = await second.generation();
    const lost = await loseNextAnswer(first.page, { isHanging: true });
    await first.quickstart.refreshNow.click();
    await lost.done;
    await second.quickstart.refreshNow.click();
    const devtools = await first.devtools();
    devtools.send("Page.crash").catch(() => {});
    await expect.poll(() => second.generation(), { timeout: 12_000 }).toBe(generation + 1);
    expect(await second.blemishes()).toEqual([]);
    await visit.close();
  });
}
