import { expect, test } from "vitest";
import { readBearerToken } from "./bearer.ts";
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
      ["Bearer abc.def.ghi", "abc.def.ghi"],
      ["bearer abc", "abc"],
      ["BEARER a-b_c~d+e/f==", "a-b_c~d+e/f=="],
    ].map(([header, token]) => ({ shape, request, header: header as string, token })),
  ),
)("reads $header from a $shape request", ({ request, header, token }) => {
  expect(readBearerToken(request(header), refuse)).toBe(token);
});

const badHeaders: [values: string[], code: string][] = [
  [[], "token_missing"],
  [[""], "token_missing"],
  [["Basic dXNlcjpwYXNz"], "token_missing"],
  [["DPoP abc"], "token_missing"],
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
    expect(codeOf(() => readBearerToken(request(...values), refuse))).toBe(code);
  },
);

test("refuses a second Authorization header of another scheme, which Node would hide", () => {
  expect(codeOf(() => readBearerToken(nodeRequest("Bearer abc", "Basic dXNlcjpwYXNz"), refuse))).toBe(
    "token_malformed",
  );
  expect(codeOf(() => readBearerToken(nodeRequest("Basic dXNlcjpwYXNz", "Bearer abc"), refuse))).toBe(
    "token_malformed",
  );
});

test("reads no token from the query", () => {
  const request = new Request("https://api.example.com/?access_token=abc");
  expect(codeOf(() => readBearerToken(request, refuse))).toBe("token_missing");
});
