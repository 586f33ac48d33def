import { appOrigin, type TestInstance } from "../testing/instance.ts";
import type { startSession } from "../testing/sign-in.ts";
import { readFeedStream, type TestFollower } from "./feed.testing.ts";

export type StartedSession = Awaited<ReturnType<typeof startSession>>;

export interface FollowTabOptions {
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: over the network. */
  readonly ask?: (request: Request) => Response | Promise<Response>;
}

export function askForEvents(
  { issuer }: Pick<TestInstance, "issuer">,
  { query = "", headers = {}, ask = fetch }: FollowTabOptions = {},
): Promise<Response> {
  return Promise.resolve(ask(new Request(`${issuer}/session/events${query}`, { headers: { ...headers } })));
}

/** An open tab that hears of its own session. */
export async function followTab(
  instance: Pick<TestInstance, "issuer">,
  options: FollowTabOptions = {},
): Promise<TestFollower> {
  const response = await askForEvents(instance, options);
  if (!response.ok || !response.body) throw new Error(`answered ${response.status}: ${await response.text()}`);
  const follower = readFeedStream(response.body, async () => undefined);
  await follower.until(({ event }) => event === "hello");
  return follower;
}

/** How a page of the test client asks, in the browser of a session. */
export const byCookie = ({ cookie }: StartedSession): FollowTabOptions => ({
  headers: { Cookie: `holdfast_session=${cookie}`, Origin: appOrigin },
  query: "?client_id=app",
});

/** How a client asks that keeps its tokens itself. */
export const byToken = ({ answer }: StartedSession): FollowTabOptions => ({
  headers: { Authorization: `Bearer ${answer.access_token}` },
});
