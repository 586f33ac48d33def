import { expect, it } from "vitest";
import { explainNpmFailure } from "./npm-failure.mjs";

it.each([
  [
    "npm error code ENOTFOUND\nnpm error network request to https://registry.example/hono failed",
    /could not reach its package registry/,
  ],
  ["npm error code ECONNREFUSED", /could not reach its package registry/],
  ["npm ERR! code EAI_AGAIN", /could not reach its package registry/],
  ["npm error code SELF_SIGNED_CERT_IN_CHAIN", /NODE_EXTRA_CA_CERTS/],
  ["npm error code E401", /npm login/],
  ["npm error code E404\nnpm error 404 Not Found - GET https://mirror.example/hono", /does not have everything/],
  ["npm error code ENOSPC", /disk is full/],
  [
    "npm error code EACCES\nnpm error path /srv/holdfast/node_modules",
    /may not write where it has to: \/srv\/holdfast/,
  ],
  ["npm error code EROFS", /may not write/],
  ["npm error code EINTEGRITY", /npm cache clean/],
  ["npm error code EUSAGE\nnpm error\nnpm error … are in sync. Please update …", /run npm install, and commit/],
  ["npm error something new", /^npm could not install the dependencies\. Run the command again/],
  ["", /^npm could not install the dependencies/],
])("explains %j", (output, advice) => {
  expect(explainNpmFailure(output, "/srv/holdfast")).toMatch(advice);
});

it("quotes npm without its warnings, blanks and stack traces", () => {
  const output = [
    "npm warn Unknown user config",
    "npm error code ENOTFOUND",
    "npm error",
    "npm error FetchError: request failed",
    "npm error     at ClientRequest.<anonymous> (index.js:1:2)",
    "npm error   code: 'ENOTFOUND',",
    "npm error }",
  ].join("\n");
  const [, quoted] = explainNpmFailure(output, "/").split("npm said:\n");
  expect(quoted).toBe("  npm error code ENOTFOUND\n  npm error FetchError: request failed");
});
