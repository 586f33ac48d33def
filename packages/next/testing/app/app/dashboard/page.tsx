import { auth } from "../../lib/holdfast";

// biome-ignore lint/style/noDefaultExport: Next.js takes no other.
export default async function Dashboard() {
  const { state, user, getToken } = await auth();
  const token = await getToken().catch(() => null);
  return (
    <main>
      <p data-testid="state">{state}</p>
      <p data-testid="user">{user?.userId}</p>
      <p data-testid="token-end">{token?.slice(-16)}</p>
      <form method="post" action="/auth/signout">
        <button type="submit">Sign out</button>
      </form>
    </main>
  );
}
