import { auth } from "../../../lib/holdfast";

export async function GET() {
  const { state, isAuthenticated } = await auth();
  return Response.json({ state, isAuthenticated });
}
