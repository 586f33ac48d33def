// The first that fits: most browsers name those they descend from as well.
const browsers: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"],
  [/\b(?:Headless)?(?:Chrome|Chromium)\/|\bCriOS\//, "Chrome"],
  [/\bVersion\/.*\bSafari\//, "Safari"],
  [/^Mozilla\//, "a browser"],
];

const systems: readonly (readonly [RegExp, string])[] = [
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bAndroid\b/, "Android"],
  [/\bWindows\b/, "Windows"],
  [/\bMac(?:intosh| OS X)\b/, "macOS"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bLinux\b/, "Linux"],
];

const longestName = 40;

/**
 * What a `User-Agent` header says, in a few words: `Chrome on Linux`, `curl`. Versions are left out: they change while a
 * session lives. Anybody may write anything there, so what is no browser is kept short and printable.
 */
export function describeAgent(userAgent: string | null): string | null {
  if (userAgent === null) return null;
  const browser = firstFitting(browsers, userAgent);
  if (browser === null) return programName(userAgent);
  const system = firstFitting(systems, userAgent);
  return system === null ? browser : `${browser} on ${system}`;
}

/** Whether it is one of those that have tabs. */
export function isBrowser(userAgent: string | null): boolean {
  return userAgent !== null && firstFitting(browsers, userAgent) !== null;
}

function firstFitting(patterns: readonly (readonly [RegExp, string])[], text: string): string | null {
  return patterns.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}

/** The words before the version and the comment (RFC 9110, section 10.1.5). */
function programName(userAgent: string): string | null {
  const name = userAgent
    .split(/[/(]/)[0]
    ?.replaceAll(/[^\w .+-]/g, "")
    .trim();
  return name ? name.slice(0, longestName).trimEnd() : null;
}
