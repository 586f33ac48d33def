import type { Locator, Page } from "playwright-core";

/** The quickstart's page, by what a person sees on it. */
export interface QuickstartPage {
  readonly page: Page;
  readonly signIn: Locator;
  readonly userName: Locator;
  readonly accountRole: Locator;
  readonly callApi: Locator;
  readonly apiStatus: Locator;
  readonly refreshNow: Locator;
  readonly refreshes: Locator;
  readonly signOut: Locator;
  readonly callOldToken: Locator;
  readonly refusalStatus: Locator;
  readonly refusalCode: Locator;
  readonly ended: Locator;
  readonly signinError: Locator;
  claim(name: string): Locator;
}

export function quickstartPage(page: Page): QuickstartPage {
  const within = (stage: string, testId: string) => page.locator(`#${stage}`).getByTestId(testId);
  return {
    page,
    signIn: page.locator("#sign-in"),
    userName: page.getByTestId("user-name"),
    accountRole: page.getByTestId("account-role"),
    callApi: page.locator("#call-api"),
    apiStatus: within("call-stage", "status"),
    refreshNow: page.locator("#refresh-now"),
    refreshes: page.locator("[data-testid=refresh-log] li[data-kind=refreshed]"),
    signOut: page.locator("#sign-out"),
    callOldToken: page.locator("#call-old"),
    refusalStatus: within("signout-stage", "status"),
    refusalCode: within("signout-stage", "error-code"),
    ended: page.getByTestId("ended"),
    signinError: page.getByTestId("signin-error"),
    claim: (name) => page.locator(`#token-stage [data-claim="${name}"] .value`),
  };
}
