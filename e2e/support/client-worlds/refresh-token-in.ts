const cookie = /^(?:__Secure-)?holdfast_refresh\.[^=]+=([^;]+);/;

/** The refresh token that an answer brings, in a cookie or in its body; null for none. */
export async function refreshTokenIn(response: Response): Promise<string | null> {
  for (const line of response.headers.getSetCookie()) {
    const [, value] = cookie.exec(line) ?? [];
    if (value) return value;
  }
  if (!response.ok || !response.headers.get("content-type")?.includes("json")) return null;
  const body: unknown = await response.clone().json();
  const token: unknown = Reflect.get(Object(body), "refresh_token");
  return typeof token === "string" ? token : null;
}
