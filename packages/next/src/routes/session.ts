import { authFrom } from "../session/auth.ts";
import type { Route } from "./handler.ts";

/** `GET /auth/session`: who is signed in, without a token; 401 where nobody is. Asks Holdfast nothing. */
export const tellSession: Route = async ({ answers, sessions }, request) => {
  const { state, isAuthenticated, sid, user } = authFrom(await sessions.look(request.headers.get("cookie")));
  if (!isAuthenticated || !user) return answers.problem("login_required");
  const { userId: id, accountId, role } = user;
  return answers.json({ sid, state, user: { id }, account: accountId === null ? null : { id: accountId, role } });
};
