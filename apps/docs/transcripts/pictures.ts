import path from "node:path";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";

export interface PictureOptions {
  /** The example app. */
  readonly app: string;
  /** Where the pictures go: `<name>-light.png` and `<name>-dark.png`. */
  readonly directory: string;
}

const schemes = ["light", "dark"] as const;

/** Goes through the example as a newcomer does, once in each colour scheme, and photographs every step. */
export async function takePictures(options: PictureOptions): Promise<void> {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
  });
  try {
    for (const scheme of schemes) await photograph(browser, scheme, options);
  } finally {
    await browser.close();
  }
}

async function photograph(browser: Browser, scheme: (typeof schemes)[number], { app, directory }: PictureOptions) {
  const context = await browser.newContext({
    colorScheme: scheme,
    reducedMotion: "reduce",
    viewport: { width: 1040, height: 760 },
  });
  const take = (what: Page | Locator, name: string) =>
    what.screenshot({ path: path.join(directory, `${name}-${scheme}.png`) });
  const page = await context.newPage();

  await page.goto(app);
  await page.getByTestId("sign-in").click();
  const people = page.getByRole("main");
  await take(people, "practice");
  await page.getByRole("button", { name: /Ada Lovelace/ }).click();
  await page.getByTestId("user-name").waitFor();
  await take(page.locator("#step-2"), "token");

  await page.getByTestId("call-api").click();
  await page.getByTestId("api-exchange").getByText("200").first().waitFor();
  await take(page.locator("#step-3"), "call");

  const second = await context.newPage();
  await second.goto(app);
  await second.getByTestId("sign-out").click();
  await second.getByTestId("call-old-token").waitFor();
  await page.getByTestId("call-old-token").click();
  await page.locator("#step-5").getByText("token_revoked").first().waitFor();
  await take(page.locator("#step-5"), "refused");
  await context.close();
}
