import { expect, it } from "vitest";
import type { Stack } from "./support/stack.ts";
import type { Tab } from "./support/tab.ts";
import type { Visit } from "./support/visit.ts";

const minute = 60_000;

/** Computers whose clock is wrong, or is set. */
export function describeClocks(stack: () => Stack): void {
  it.each([
    ["seven minutes fast", 7 * minute],
    ["seven minutes slow", -7 * minute],
  ])("a clock that is %s changes nothing but a warning", async (_, offset) => {
    const visit = await stack().visit();
    await setClock(visit, offset);
    const tab = await visit.signIn();
    await tab.page.getByTestId("warning").waitFor();
    expect(await tab.page.getByTestId("warning").textContent()).toContain("clock_skew_detected");
    const before = visit.refreshes.length;
    await tab.quickstart.callApi.click();
    await expect.poll(() => tab.quickstart.apiStatus.textContent()).toContain("200");
    await tab.page.waitForTimeout(1500);
    // The token is new: nothing is due.
    expect(visit.refreshes).toHaveLength(before);
    expect(await tab.blemishes()).toEqual([]);
    await visit.close();
  });

  it("a clock that is set forward costs one early refresh, and one that is set back costs none", async () => {
    const visit = await stack().visit();
    await setClock(visit, 0);
    const tab = await visit.signIn();
    const before = visit.refreshes.length;
    await stepClock(tab, 60 * minute);
    await lookAgain(tab);
    await expect.poll(() => visit.refreshes.length).toBe(before + 1);
    await tab.is("active");
    await stepClock(tab, -60 * minute);
    await lookAgain(tab);
    await tab.page.waitForTimeout(500);
    expect(visit.refreshes).toHaveLength(before + 1);
    expect(await tab.status()).toBe("active");
    expect(await tab.blemishes()).toEqual([]);
    await visit.close();
  });
}

/** Every page of this browser finds the clock to be wrong by so much. */
async function setClock({ context }: Visit, offset: number): Promise<void> {
  await context.addInitScript((initial) => {
    const right = Date.now;
    const clock = { offset: initial };
    Object.assign(globalThis, { clock });
    Date.now = () => right() + clock.offset;
  }, offset);
}

async function stepClock({ page }: Tab, offset: number): Promise<void> {
  await page.evaluate((next) => {
    (globalThis as unknown as { clock: { offset: number } }).clock.offset = next;
  }, offset);
}

/** As when the person comes back to the tab: the client looks at its clocks. */
async function lookAgain({ page }: Tab): Promise<void> {
  await page.evaluate(() => dispatchEvent(new Event("online")));
}
