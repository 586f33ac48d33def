import { expect, it } from "vitest";
import { loseNextAnswer } from "./support/lost-answer.ts";
import type { Stack } from "./support/stack.ts";
import type { Tab } from "./support/tab.ts";
import { attemptOf } from "./support/visit.ts";

const offline = { offline: true, latency: 0, downloadThroughput: -1, uploadThroughput: -1 };
const online = { ...offline, offline: false };
// As Chromium's own preset: 400 kbit/s both ways, 400 ms.
const slow3G = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 };

/** Networks that come and go. */
export function describeNetworks(stack: () => Stack): void {
  it("a tab without network stays signed in, also when its token runs out, and calls wait until it is back", async () => {
    const visit = await stack().visit();
    const tab = await visit.signIn();
    const devtools = await tab.devtools();
    await devtools.send("Network.emulateNetworkConditions", offline);
    await tab.quickstart.refreshNow.click();
    await tab.is("degraded");
    await tab.is("stale");
    await tab.quickstart.callApi.click();
    expect(await tab.quickstart.callApi.getAttribute("aria-busy")).toBe("true");
    expect(await tab.quickstart.userName.textContent()).toBe("Ada Lovelace");
    await devtools.send("Network.emulateNetworkConditions", online);
    await tab.is("active");
    await expect.poll(() => tab.quickstart.apiStatus.textContent()).toContain("200");
    expect(await tab.blemishes()).toEqual([]);
    await visit.close();
  });

  it.each([
    ["before anything of it arrived", false],
    ["after its cookies had arrived", true],
  ])("an answer that gets lost on a slow network, %s, is asked for again", async (_, isHeadHere) => {
    const visit = await stack().visit();
    const tab = await visit.signIn();
    const generation = await tab.generation();
    const devtools = await tab.devtools();
    await devtools.send("Network.emulateNetworkConditions", slow3G);
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: 6 });
    const before = visit.refreshes.length;
    await loseNextAnswer(tab.page, { isHeadHere });
    await tab.quickstart.refreshNow.click();
    // With the cookies the browser has the successor already, and what is asked for is the one after.
    const expected = generation + (isHeadHere ? 2 : 1);
    await expect.poll(() => tab.generation(), { timeout: 10_000 }).toBe(expected);
    await tab.is("active");
    const attempts = visit.refreshes.slice(before).map(attemptOf);
    expect(attempts).toHaveLength(2);
    expect(attempts[1]).toBe(attempts[0]);
    expect(await tab.blemishes()).toEqual([]);
    await visit.close();
  });

  it.each([
    ["a captive portal", 200, "text/html", "<h1>Welcome to our hotel</h1>", {}],
    ["a proxy that refuses", 403, "text/html", "<h1>Forbidden</h1>", {}],
    ["a gateway that is broken", 502, "text/plain", "", {}],
    ["a server that asks for a pause", 429, "application/json", "{}", { "Retry-After": "1" }],
  ])("%s signs nobody out", async (_, status, contentType, body, more) => {
    const visit = await stack().visit();
    const tab = await visit.signIn();
    const headers = { ...more, "Access-Control-Allow-Origin": "*", "Content-Type": contentType };
    await tab.page.route("**/refresh", (route) => route.fulfill({ status, body, headers: allow(tab, headers) }));
    await tab.quickstart.refreshNow.click();
    await tab.is("degraded");
    await tab.page.unroute("**/refresh");
    // By itself, and before the token falls due.
    await tab.is("active", 8000);
    expect(await tab.blemishes()).toEqual([]);
    await visit.close();
  });
}

/** With cookies no wildcard will do. */
const allow = (tab: Tab, headers: Record<string, string>) => ({
  ...headers,
  "Access-Control-Allow-Origin": new URL(tab.page.url()).origin,
  "Access-Control-Allow-Credentials": "true",
  "Access-Control-Expose-Headers": "Retry-After",
});
