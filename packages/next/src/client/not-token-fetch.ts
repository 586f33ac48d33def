type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** As many characters of a token's end as tell it from any other. */
const tailCharacters = 16;

/**
 * A `fetch` that tells the app's server which token this page got from it last. Who asks again wants another one; the
 * server could not tell that from a page that has just been opened, and asks for its first.
 *
 * @param tokenUrl where the client asks for tokens
 */
export function createNotTokenFetch(fetch: Fetch, tokenUrl: string): Fetch {
  let lastTail: string | null = null;
  return async (input, init) => {
    if (String(input) !== tokenUrl) return fetch(input, init);
    const headers = new Headers(init?.headers);
    if (lastTail !== null) headers.set("holdfast-not-token", lastTail);
    const response = await fetch(input, { ...init, headers });
    if (response.status === 200) lastTail = (await readTail(response.clone())) ?? lastTail;
    return response;
  };
}

async function readTail(response: Response): Promise<string | null> {
  try {
    const { access_token: token } = (await response.json()) as { access_token?: unknown };
    return typeof token === "string" ? token.slice(-tailCharacters) : null;
  } catch {
    // Half an answer: the client finds that out by itself.
    return null;
  }
}
