import { withAuth } from "../../../lib/holdfast";

export const GET = withAuth(async (_request, { state, user, getToken }) =>
  Response.json({ state, userId: user?.userId, tokenEnd: (await getToken())?.slice(-16) }),
);

export const POST = withAuth(() => new Response(null, { status: 204 }));
