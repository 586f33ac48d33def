import { expect, it } from "vitest";
import type { Stack } from "./support/stack.ts";

/** Pages that are put away and come back. */
export function describeLifecycles(stack: () => Stack): void {
  it("a frozen tab comes back with what the others did meanwhile", async () => {
    const visit = await stack().visit();
    const frozen = await visit.signIn();
    const other = await visit.open();
    const devtools = await frozen.devtools();
    await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
    const generation = await other.generation();
    await other.quickstart.refreshNow.click();
    await expect.poll(() => other.generation()).toBe(generation + 1);
    const before = visit.refreshes.length;
    await devtools.send("Page.setWebLifecycleState", { state: "active" });
    await frozen.is("active");
    await expect.poll(() => frozen.generation()).toBe(generation + 1);
    expect(visit.refreshes.length - before).toBeLessThanOrEqual(1);
    expect(await frozen.blemishes()).toEqual([]);
    await visit.close();
  });

  it("a tab that was frozen while the session ended shows it when it comes back", async () => {
    const visit = await stack().visit();
    const frozen = await visit.signIn();
    const other = await visit.open();
    const devtools = await frozen.devtools();
    await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
    await other.quickstart.signOut.click();
    await other.is("ended");
    await devtools.send("Page.setWebLifecycleState", { state: "active" });
    await frozen.is("ended");
    await visit.close();
  });

  it("a tab that comes back from the back/forward cache has its token still, and asks nobody", async () => {
    const visit = await stack().visit();
    const tab = await visit.signIn();
    const generation = await tab.generation();
    const before = visit.refreshes.length;
    expect(await tab.leaveAndReturn(async () => {})).toBe(true);
    expect(await tab.status()).toBe("active");
    await tab.quickstart.callApi.click();
    await expect.poll(() => tab.quickstart.apiStatus.textContent()).toContain("200");
    expect(await tab.generation()).toBe(generation);
    expect(visit.refreshes).toHaveLength(before);
    await visit.close();
  });

  it("a tab that comes back from the back/forward cache knows of the sign-out before it uses its token", async () => {
    const visit = await stack().visit();
    const tab = await visit.signIn();
    const other = await visit.open();
    const wasPutAway = await tab.leaveAndReturn(async () => {
      await other.quickstart.signOut.click();
      await other.is("ended");
    });
    expect(wasPutAway).toBe(true);
    expect(await tab.status()).toBe("ended");
    await visit.close();
  });
}
