import { expect, it } from "vitest";
import type { Stack } from "./support/stack.ts";
import type { Tab } from "./support/tab.ts";

/** Sessions that are really over. */
export function describeEndings(stack: () => Stack): void {
  it("a session that is revoked at the server is gone from three tabs within a second", async () => {
    const visit = await stack().visit();
    const first = await visit.signIn();
    const tabs = [first, await visit.open(), await visit.open()];
    const sid = String(await first.quickstart.claim("sid").textContent());
    await stack().holdfast.command("session", "revoke", sid);
    const acknowledged = performance.now();
    await Promise.all(tabs.map((tab) => tab.is("ended")));
    expect(performance.now() - acknowledged).toBeLessThan(1000);
    for (const tab of tabs) expect(await endingOf(tab)).toContain("session_revoked");
    await visit.close();
  });

  it("without push it is gone from all tabs as soon as one asks", async () => {
    const visit = await stack().visit();
    await visit.context.route("**/session/events**", (route) => route.abort());
    const first = await visit.signIn();
    const second = await visit.open();
    const before = visit.refreshes.length;
    const sid = String(await first.quickstart.claim("sid").textContent());
    await stack().holdfast.command("session", "revoke", sid);
    expect(await second.status()).toBe("active");
    await first.quickstart.refreshNow.click();
    await Promise.all([first.is("ended"), second.is("ended")]);
    expect(visit.refreshes).toHaveLength(before + 1);
    await visit.close();
  });

  it("a sign-out in one tab is one in all, without a request of theirs and without a reload", async () => {
    const visit = await stack().visit();
    const first = await visit.signIn();
    const others = [await visit.open(), await visit.open()];
    const before = visit.refreshes.length;
    await first.quickstart.signOut.click();
    await Promise.all(others.map((tab) => tab.is("ended")));
    for (const tab of others) expect(await endingOf(tab)).toContain("Another tab ended the session");
    expect(visit.refreshes).toHaveLength(before);
    for (const tab of others) expect(await tab.blemishes()).toEqual([expect.stringContaining("signed out")]);
    await visit.close();
  });

  it("a sign-out without network holds at once, and reaches the server later", async () => {
    const visit = await stack().visit();
    const tab = await visit.signIn();
    const sid = String(await tab.quickstart.claim("sid").textContent());
    await visit.context.setOffline(true);
    await tab.quickstart.signOut.click();
    await tab.is("ended");
    await tab.page.getByText("Holdfast cannot be reached just now").waitFor();
    await visit.context.setOffline(false);
    const isOver = async () => {
      const rows = await stack().database.execute<{ over: boolean }>(
        "select revoked_at is not null as over from sessions where id = $1",
        [sid],
      );
      return rows[0]?.over;
    };
    await expect.poll(isOver, { timeout: 10_000 }).toBe(true);
    expect(await tab.status()).toBe("ended");
    await visit.close();
  });

  it("a person who acts for another account does so in every tab", async () => {
    const { database, visit: begin } = stack();
    const visit = await begin();
    const first = await visit.signIn("grace-hopper");
    const userId = String(await first.quickstart.claim("sub").textContent());
    await database.execute(
      `with team as (insert into accounts (id, name, created_at) values (gen_random_uuid(), 'Navy', now()) returning id)
       insert into members (account_id, user_id, role, created_at) select id, $1, 'member', now() from team`,
      [userId],
    );
    const second = await visit.open();
    await second.page.getByTestId("account-choice").selectOption({ label: "Navy (member)" });
    for (const tab of [first, second]) {
      await expect.poll(() => tab.quickstart.accountRole.textContent()).toBe("member");
      expect(await tab.blemishes()).toEqual([]);
    }
    await visit.close();
  });
}

async function endingOf({ quickstart }: Tab): Promise<string | null> {
  return quickstart.ended.textContent();
}
