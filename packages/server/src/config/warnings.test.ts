import { expect, it } from "vitest";
import { client, productionSettings, provider, read } from "./config.testing.ts";
import { findWarnings } from "./warnings.ts";

const warned = (settings: unknown) => findWarnings(read(settings)).map(({ code, setting }) => `${code} ${setting}`);

it.each<[string, object]>([
  ["the defaults", {}],
  ["what production needs at least", productionSettings],
  [
    "a confidential client without rotation and overlap",
    {
      clients: [{ ...client, type: "confidential", secret: "a".repeat(24), rotate: false, tokens: { overlap: 0 } }],
    },
  ],
  ["a body-mode client without overlap", { clients: [{ ...client, refreshToken: "body", tokens: { overlap: 0 } }] }],
  [
    "everything at the edge of what is well",
    {
      tokens: { access: "1h", refreshIdle: "365d", refreshAbsolute: "365d", overlap: "119s" },
      sessions: { idle: "365d", absolute: "365d" },
      history: { keep: "365d" },
      signin: { attempt: "2m" },
      keys: { publishAhead: "5m", rotateEvery: "65m" },
      providers: [{ ...provider, clockTolerance: "10m" }],
    },
  ],
  ["the shortest access token", { tokens: { access: "1m" } }],
  [
    "defaults that hurt, and of which the only client uses none",
    {
      tokens: { access: "30s" },
      clients: [{ ...client, tokens: { access: "15m" } }],
    },
  ],
])("says nothing of %s", (_, settings) => {
  expect(warned(settings)).toEqual([]);
});

it.each<[object, string[]]>([
  [{ tokens: { access: "1h", refreshIdle: "1h" } }, ["lifetime_access_beyond_idle tokens.access"]],
  [
    { sessions: { idle: "15m" } },
    ["lifetime_access_beyond_idle tokens.access", "lifetime_idle_cut tokens.refreshIdle"],
  ],
  [{ tokens: { access: "61m" } }, ["lifetime_access_long tokens.access"]],
  [{ tokens: { access: "59s" } }, ["lifetime_access_short tokens.access"]],
  [{ tokens: { refreshIdle: "10d", refreshAbsolute: "9d" } }, ["lifetime_idle_beyond_absolute tokens.refreshIdle"]],
  [{ tokens: { refreshIdle: "15d" } }, ["lifetime_idle_cut tokens.refreshIdle"]],
  [{ tokens: { refreshAbsolute: "91d" } }, ["lifetime_absolute_cut tokens.refreshAbsolute"]],
  [{ tokens: { overlap: "2m" } }, ["lifetime_overlap_long tokens.overlap"]],
  [{ tokens: { overlap: "0s" } }, ["lifetime_overlap_none tokens.overlap"]],
  [{ sessions: { idle: "91d" } }, ["lifetime_idle_beyond_absolute sessions.idle"]],
  [{ sessions: { absolute: "366d" }, history: { keep: "366d" } }, ["lifetime_session_long sessions.absolute"]],
  [{ history: { keep: "89d" } }, ["history_shorter_than_sessions history.keep"]],
  [{ sessions: { absolute: "91d" } }, ["history_shorter_than_sessions history.keep"]],
  [{ signin: { attempt: "119s" } }, ["signin_attempt_short signin.attempt"]],
  [{ keys: { publishAhead: "4m" } }, ["keys_published_late keys.publishAhead"]],
  [{ keys: { rotateEvery: "29m" } }, ["keys_rotated_early keys.rotateEvery"]],
  [
    { providers: [provider, { ...provider, id: "other", clockTolerance: "11m" }] },
    ["clock_tolerance_long providers[1].clockTolerance"],
  ],
  [
    { clients: [client, { ...client, id: "two", tokens: { access: "2h" } }] },
    ["lifetime_access_long clients[1].tokens.access"],
  ],
  [
    { clients: [client, { ...client, id: "two", tokens: { access: "100d" } }] },
    [
      "lifetime_access_beyond_idle clients[1].tokens.access",
      "lifetime_access_beyond_absolute clients[1].tokens.access",
      "lifetime_access_long clients[1].tokens.access",
      "keys_rotated_early keys.rotateEvery",
    ],
  ],
])("warns of %j", (settings, expected) => {
  expect(warned(settings)).toEqual(expected);
});

it("tells of a setting that several clients share once, and of each that has its own", () => {
  const own = { ...client, tokens: { access: "2h" } };
  const clients = [client, { ...client, id: "two" }, { ...own, id: "three" }, { ...own, id: "four" }];
  expect(warned({ tokens: { access: "90m" }, clients })).toEqual([
    "lifetime_access_long tokens.access",
    "lifetime_access_long clients[2].tokens.access",
    "lifetime_access_long clients[3].tokens.access",
  ]);
});

it("says in plain words, with the values in force, what happens and what to do", () => {
  const [warning] = findWarnings(read({ clients: [{ ...client, tokens: { access: "20d" } }] }));
  expect(warning).toEqual({
    code: "lifetime_access_beyond_idle",
    setting: "clients[0].tokens.access",
    message:
      "Access tokens live 20d, and a grant that is not refreshed for 14d ends. A client that refreshes when its token ends comes too late: its people are signed out while they work.",
    action: "Make it much shorter than the idle limits, tokens.refreshIdle and sessions.idle; 15m is the default.",
  });
});
