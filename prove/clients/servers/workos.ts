import { workosReplay } from "./rules.ts";
import { authorize, createVendorServer, pairOf, redirectTo, type VendorServer } from "./vendor-server.ts";

/** The cookie with the refresh token, which no script reads. */
const refreshCookie = "workos-session-token";
/** The cookie by which scripts know that there is a session; set for the whole site. */
export const hasSessionCookie = "workos-has-session";

/** WorkOS' authentication API on a domain of one's own, with the refresh token in an HttpOnly cookie. */
export function createWorkosServer(): VendorServer {
  return createVendorServer(workosReplay, {
    "GET /user_management/authorize": authorize("redirect_uri"),
    async "POST /user_management/authenticate"({ request, families, codes, now }) {
      const body = await request.json();
      const isCode = body.grant_type === "authorization_code";
      const begun = isCode && codes.delete(body.code) ? { family: families.begin("ada"), number: 1 } : null;
      const exchanged = isCode ? begun : families.exchange(readCookie(request), now);
      if (!exchanged)
        return Response.json(
          { error: "invalid_grant", error_description: "Session has already ended." },
          { status: 400 },
        );
      const { family, number } = exchanged;
      const { refresh_token: next, access_token } = pairOf(family, number, now);
      const user = { id: family.userId, email: "ada@example.com", object: "user" };
      const headers = new Headers();
      headers.append(
        "set-cookie",
        `${refreshCookie}=${next}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=31536000`,
      );
      headers.append("set-cookie", `${hasSessionCookie}=1; Path=/; Secure; SameSite=Lax; Max-Age=31536000`);
      return Response.json({ user, access_token, authentication_method: "OAuth" }, { headers });
    },
    "GET /user_management/sessions/logout"({ url, families }) {
      const family = families.bySid(url.searchParams.get("session_id") ?? "");
      if (family) family.isOver = true;
      const answer = redirectTo(url.searchParams.get("return_to"));
      for (const name of [refreshCookie, hasSessionCookie]) {
        answer.headers.append("set-cookie", `${name}=; Path=/; Secure; Max-Age=0`);
      }
      return answer;
    },
  });
}

function readCookie(request: Request): string {
  const pairs = (request.headers.get("cookie") ?? "").split("; ").map((pair) => pair.split("="));
  return pairs.find(([name]) => name === refreshCookie)?.[1] ?? "";
}
