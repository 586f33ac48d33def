import { supabaseReuse } from "./rules.ts";
import { authorize, createVendorServer, pairOf, type VendorServer } from "./vendor-server.ts";

/** Supabase Auth (GoTrue), as much of it as a session needs. `expires_at` is by the server's clock, as GoTrue sends it. */
export function createGoTrueServer(): VendorServer {
  return createVendorServer(supabaseReuse, {
    "GET /auth/v1/authorize": authorize("redirect_to"),
    async "POST /auth/v1/token"({ url, request, families, codes, now }) {
      const body = await request.json();
      const isCode = url.searchParams.get("grant_type") === "pkce";
      const begun = isCode && codes.delete(body.auth_code) ? { family: families.begin("ada"), number: 1 } : null;
      const exchanged = isCode ? begun : families.exchange(body.refresh_token, now);
      if (!exchanged) return refuse("refresh_token_already_used");
      const pair = pairOf(exchanged.family, exchanged.number, now);
      const user = { id: exchanged.family.userId, aud: "authenticated", role: "authenticated" };
      return Response.json({ ...pair, expires_at: Math.floor(now / 1000) + pair.expires_in, user });
    },
    "POST /auth/v1/logout"({ families }) {
      families.endAll();
      return new Response(null, { status: 204 });
    },
  });
}

function refuse(code: string): Response {
  return Response.json({ code: 400, error_code: code, msg: "Invalid Refresh Token: Already Used" }, { status: 400 });
}
