import { expect, test } from "vitest";
import { readAccessToken } from "./authorization.ts";
import { type Refuse, TokenError } from "./token-error.ts";

const refuse: Refuse = (code, detail) =>
  new TokenError(code, detail, { issuer: "https://id.example.com", realm: "api" });

function webRequest(...values: string[]) {
  const headers = new Headers();
  for (const value of values) headers.append("Authorization", value);
  return { headers };
}

function nodeRequest(...values: string[]) {
  return { rawHeaders: ["Host", "x", ...values.flatMap((value) => ["aUTHORIZATION", value]), "Accept", "Bearer no"] };
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof TokenError) return error.code;
  }
  return "nothing thrown";
}

const shapes = [
  ["web-standard", webRequest],
  ["node", nodeRequest],
] as const;

test.each(
  shapes.flatMap(([shape, request]) =>
    [
      ["Bearer abc.def.ghi", "Bearer", "abc.def.ghi"],
      ["bearer abc", "Bearer", "abc"],
      ["BEARER a-b_c~d+e/f==", "Bearer", "a-b_c~d+e/f=="],
      ["DPoP abc.def.ghi", "DPoP", "abc.def.ghi"],
      ["dpop abc", "DPoP", "abc"],
    ].map(([header, scheme, token]) => ({ shape, request, header: header as string, scheme, token })),
  ),
)("reads $header from a $shape request", ({ request, header, scheme, token }) => {
  expect(readAccessToken(request(header), refuse)).toEqual({ scheme, token });
});

const badHeaders: [values: string[], code: string][] = [
  [[], "token_missing"],
  [[""], "token_missing"],
  [["Basic dXNlcjpwYXNz"], "token_missing"],
  [["DPoP"], "token_malformed"],
  [["DPoP  abc"], "token_malformed"],
  [["DPoP abc, Bearer abc"], "token_malformed"],
  [["DPoP abc", "Bearer abc"], "token_malformed"],
  [["DPoPabc"], "token_missing"],
  [["Bearerabc"], "token_missing"],
  [["Token Bearer abc"], "token_missing"],
  [["Bearer"], "token_malformed"],
  [["Bearer  abc"], "token_malformed"],
  [["Bearer\tabc"], "token_malformed"],
  [["Bearer abc def"], "token_malformed"],
  [["Bearer abc,"], "token_malformed"],
  [["Bearer abc, Bearer def"], "token_malformed"],
  [["Bearer abc,Bearer def"], "token_malformed"],
  [["Bearer, Bearer abc"], "token_malformed"],
  [["Bearer =abc"], "token_malformed"],
  [["Bearer a=b"], "token_malformed"],
  [['Bearer "abc"'], "token_malformed"],
  [["Bearer token=abc"], "token_malformed"],
  [["Bearer abç"], "token_malformed"],
  [["Bearer abc", "Bearer abc"], "token_malformed"],
  [["Bearer abc", "Bearer def"], "token_malformed"],
];

test.each(shapes.flatMap(([shape, request]) => badHeaders.map(([values, code]) => ({ shape, request, values, code }))))(
  "refuses $values of a $shape request as $code",
  ({ request, values, code }) => {
    expect(codeOf(() => readAccessToken(request(...values), refuse))).toBe(code);
  },
);

test("refuses a second Authorization header of another scheme, which Node would hide", () => {
  expect(codeOf(() => readAccessToken(nodeRequest("Bearer abc", "Basic dXNlcjpwYXNz"), refuse))).toBe(
    "token_malformed",
  );
  expect(codeOf(() => readAccessToken(nodeRequest("Basic dXNlcjpwYXNz", "Bearer abc"), refuse))).toBe(
    "token_malformed",
  );
});

test("reads no token from the query", () => {
  const request = new Request("https://api.example.com/?access_token=abc");
  expect(codeOf(() => readAccessToken(request, refuse))).toBe("token_missing");
});
