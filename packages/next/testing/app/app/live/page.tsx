import { LiveSession } from "../../components/live-session";
import { auth } from "../../lib/holdfast";

// biome-ignore lint/style/noDefaultExport: Next.js takes no other.
export default async function Live() {
  const { state } = await auth();
  return (
    <main>
      <p data-testid="state">{state}</p>
      <LiveSession />
    </main>
  );
}
