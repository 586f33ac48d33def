import { auth } from "../lib/holdfast";

// biome-ignore lint/style/noDefaultExport: Next.js takes no other.
export default async function Home() {
  const { state, reason } = await auth();
  return (
    <main>
      <p data-testid="state">{state}</p>
      <p data-testid="reason">{reason}</p>
      <a href="/auth/signin?return_to=/dashboard">Sign in</a>
    </main>
  );
}
