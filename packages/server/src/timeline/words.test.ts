import { expect, it } from "vitest";
import { chromeOnLinux, firefoxOnWindows } from "./timeline.testing.ts";
import { formatInstant, formatSpan } from "./times.ts";
import { describeAgent, isBrowser } from "./user-agent.ts";

const webKit = "AppleWebKit/605.1.15 (KHTML, like Gecko)";

it.each<[string | null, string | null, boolean]>([
  [chromeOnLinux, "Chrome on Linux", true],
  [firefoxOnWindows, "Firefox on Windows", true],
  [`${chromeOnLinux} Edg/141.0.0.0`, "Edge on Linux", true],
  [`${chromeOnLinux} OPR/125.0.0.0`, "Opera on Linux", true],
  [chromeOnLinux.replace("Chrome/", "HeadlessChrome/"), "Chrome on Linux", true],
  [chromeOnLinux.replace("X11; Linux x86_64", "Linux; Android 10; K"), "Chrome on Android", true],
  [chromeOnLinux.replace("X11; Linux x86_64", "X11; CrOS x86_64 14541.0.0"), "Chrome on ChromeOS", true],
  [`Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${webKit} Version/26.0 Safari/605.1.15`, "Safari on macOS", true],
  [
    `Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) ${webKit} Version/26.0 Mobile/15E148 Safari/604.1`,
    "Safari on iPhone",
    true,
  ],
  [
    `Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) ${webKit} CriOS/141.0 Mobile/15E148 Safari/604.1`,
    "Chrome on iPhone",
    true,
  ],
  ["Mozilla/5.0 (Plan 9) Mothra/1", "a browser", true],
  ["node", "node", false],
  ["curl/8.14.1", "curl", false],
  ["holdfast session create", "holdfast session create", false],
  ["My App (build 7)", "My App", false],
  ["x".repeat(300), "x".repeat(40), false],
  ["\u009b31mred\u202e", "31mred", false],
  ["<script>", "script", false],
  ["/", null, false],
  ["", null, false],
  [null, null, false],
])("a user agent in a few words: %j is %j", (userAgent, words, hasTabs) => {
  expect(describeAgent(userAgent)).toBe(words);
  expect(isBrowser(userAgent)).toBe(hasTabs);
});

it.each([
  [-5, "less than a second"],
  [999, "less than a second"],
  [1_000, "1 s"],
  [41_400, "41 s"],
  [99_999, "100 s"],
  [100_000, "2 min"],
  [99 * 60_000, "99 min"],
  [100 * 60_000, "2 h"],
  [47 * 3_600_000, "47 h"],
  [48 * 3_600_000, "2 days"],
  [90 * 86_400_000, "90 days"],
])("a length of time in a few words: %i ms is %s", (milliseconds, words) => {
  expect(formatSpan(milliseconds)).toBe(words);
});

it("a moment is told to the second, in UTC", () => {
  expect(formatInstant(new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 999)))).toBe("2026-01-02 03:04:05 UTC");
});
