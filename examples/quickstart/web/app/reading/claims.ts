/** What each part of an access token says, in a few words (RFC 9068). */

export const headerMeanings: Readonly<Record<string, string>> = {
  typ: "An access token. An ID token is refused.",
  alg: "Signed by Holdfast; anyone can check.",
  kid: "Which of Holdfast’s keys signed it.",
};

/** In the order in which they are shown. */
export const claimMeanings: Readonly<Record<string, string>> = {
  sub: "You, whatever your name or e-mail.",
  account: "The account you act for.",
  role: "What you may do in it.",
  iss: "Who issued it.",
  aud: "Who it is for. Others refuse it.",
  client_id: "The app it was given to: this page.",
  scope: "What it allows.",
  iat: "When it was issued.",
  exp: "When it stops being valid.",
  auth_time: "When you last proved who you are.",
  sid: "Your session. This token ends with it.",
  grant_id: "This app’s refresh lineage.",
  jti: "This one token.",
};

/** Seconds since 1970 (RFC 7519, section 2). */
export const timeClaims: ReadonlySet<string> = new Set(["iat", "exp", "auth_time", "nbf"]);
