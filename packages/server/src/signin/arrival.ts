import { chooseAccount } from "../accounts/index.ts";
import type { RefreshCookies } from "../grants/index.ts";
import { AppError } from "../http/app-error.ts";
import type { HttpContext } from "../http/context.ts";
import { answerPage } from "../http/page-answer.ts";
import type { Pages } from "../pages/index.ts";
import type { Session } from "../sessions/index.ts";
import type { Admission } from "./admission.ts";
import type { Codes } from "./codes.ts";

import { formatSigninRequest, type SigninRequest } from "./signin-request.ts";

export interface ArrivalDeps {
  readonly admission: Admission;
  readonly codes: Codes;
  readonly refreshCookies: RefreshCookies;
  readonly pages: Pages;
}

/** The last step of a sign-in: a signed-in person, an account, and back to the app. */
export interface Arrival {
  /** Goes on to the app, or asks for the account first where there are several. */
  proceed(context: HttpContext, session: Session, request: SigninRequest): Promise<Response>;
}

export function createArrival({ admission, codes, refreshCookies, pages }: ArrivalDeps): Arrival {
  async function enter(context: HttpContext, session: Session, request: SigninRequest, accountId: string) {
    const { client } = request;
    if (request.codeChallenge !== null) {
      const code = await codes.issue({
        client,
        sessionId: session.id,
        accountId,
        codeChallenge: request.codeChallenge,
      });
      return context.redirect(withCode(request, code), 303);
    }
    const started = await admission.enter({ client, session, accountId, source: context.get("source") });
    refreshCookies.write(context, client, started.refreshToken, started.subject.expiresAt);
    return context.redirect(request.returnTo, 303);
  }

  return {
    async proceed(context, session, request) {
      const { user, memberships } = await admission.memberships(session);
      const isAsking = request.prompt === "select_account" && request.accountId === null;
      const account = isAsking ? null : chooseAccount(memberships, request.accountId);
      if (account) return enter(context, session, request, account.id);
      const accounts = memberships.filter(({ isClosed }) => !isClosed);
      if (accounts.length === 0) throw new AppError("account_closed");
      const view = {
        user,
        accounts: accounts.map((each, index) => ({ ...each, lastUsed: index === 0 && each.signedInAt !== null })),
        action: "/signin/account",
        hidden: Object.fromEntries(formatSigninRequest(request)),
      };
      return answerPage(context, (locale) => pages.accountChooserPage({ locale, ...view }), {
        formActions: [new URL(request.returnTo).origin],
      });
    },
  };
}

/** The return address with the one-time code: never a token. */
function withCode({ returnTo, clientState }: SigninRequest, code: string): string {
  const address = new URL(returnTo);
  address.searchParams.set("code", code);
  if (clientState !== null) address.searchParams.set("state", clientState);
  return address.href;
}
