import { type Browser, chromium } from "playwright-core";

export interface ChromiumOptions {
  /** Pages that are left are put away whole, as in everybody's browser. Default: false, as Playwright has it. */
  readonly hasPageCache?: boolean;
}

/** Debian's Chromium, quiet about the network it does not have. */
export function launchChromium({ hasPageCache = false }: ChromiumOptions = {}): Promise<Browser> {
  return chromium.launch({
    ignoreDefaultArgs: hasPageCache ? ["--disable-back-forward-cache"] : [],
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
