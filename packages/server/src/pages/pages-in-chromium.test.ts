import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults, RunOptions } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pageSamples } from "./page-samples.testing.ts";
import type { PageServer } from "./page-server.testing.ts";
import { startClientServer, startPageServer } from "./page-server.testing.ts";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const browserArgs = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];
const quietArgs = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];

let browser: Browser;
let client: PageServer;
let server: PageServer;

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: [...browserArgs, ...quietArgs] });
  client = await startClientServer();
  server = await startPageServer(`${client.origin}/callback`);
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  await client?.close();
});

interface Visitor {
  readonly page: Page;
  /** What the browser complained about: among it everything that the policy refused. */
  readonly complaints: string[];
  visit(path: string): Promise<void>;
}

async function newVisitor(options: Parameters<Browser["newPage"]>[0] = {}): Promise<Visitor> {
  const page = await browser.newPage(options);
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("requestfailed", (request) => complaints.push(`failed: ${request.url()}`));
  return { page, complaints, visit: async (path) => void (await page.goto(server.origin + path)) };
}

async function visit(path: string, options?: Parameters<Browser["newPage"]>[0]): Promise<Visitor> {
  const visitor = await newVisitor(options);
  await visitor.visit(path);
  return visitor;
}

/** Evaluated over the debugging protocol: the pages' own policy lets no script in. */
async function axeViolations(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const options: RunOptions = { resultTypes: ["violations"], rules: { "target-size": { enabled: true } } };
  const results = await page.evaluate<AxeResults, RunOptions>(
    (runOptions) => (globalThis as unknown as { axe: typeof import("axe-core") }).axe.run(runOptions),
    options,
  );
  return results.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

/** What does not fit: the page itself scrolling sideways, and controls under 44 px. */
function layoutFaults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const wide = document.documentElement.scrollWidth > innerWidth ? ["scrolls sideways"] : [];
    const small = [...document.querySelectorAll(".button, .choice, .links a, .areas a, .back")]
      .filter((control) => control.getBoundingClientRect().height < 44)
      .map((control) => `under 44 px: ${control.textContent}`);
    return [...wide, ...small];
  });
}

const samples = Object.keys(pageSamples("en"));

/** Each theme at each width and each language at least once. */
const settings = [
  { locale: "en", colorScheme: "light", width: 1440 },
  { locale: "en", colorScheme: "dark", width: 1440 },
  { locale: "en", colorScheme: "light", width: 320 },
  { locale: "de", colorScheme: "dark", width: 320 },
] as const;

describe.each(settings)("in $locale, $colorScheme, $width px wide", ({ locale, colorScheme, width }) => {
  let visitor: Visitor;
  beforeAll(async () => {
    visitor = await newVisitor({ colorScheme, viewport: { width, height: 800 } });
  });
  afterAll(() => visitor?.page.close());

  it.each(samples)("axe finds nothing, the policy refuses nothing, and everything fits: %s", async (name) => {
    await visitor.visit(`/${locale}/${name}`);
    expect(await axeViolations(visitor.page)).toEqual([]);
    expect(await layoutFaults(visitor.page)).toEqual([]);
    expect(visitor.complaints).toEqual([]);
  });
});

it("axe would find bad contrast on these pages, and the layout check a small button", async () => {
  const { page } = await visit("/en/signed-out");
  await page.evaluate(() => {
    const button = document.querySelector<HTMLElement>(".button");
    button?.style.setProperty("color", "#0f6b6c");
    button?.style.setProperty("min-height", "0");
    button?.style.setProperty("padding", "0");
  });
  expect(await axeViolations(page)).toEqual([expect.stringContaining("color-contrast")]);
  expect(await layoutFaults(page)).toEqual([expect.stringContaining("under 44 px")]);
  await page.close();
});

it("draws the stylesheet, which the policy lets through by its hash", async () => {
  const { page } = await visit("/en/home", { colorScheme: "light" });
  const background = await page.locator(".primary").evaluate((button) => getComputedStyle(button).backgroundColor);
  expect(background).toBe("rgb(15, 107, 92)");
  await page.close();
});

describe("the account chooser's form", () => {
  const chooser = "/en/account-chooser";

  it("posts the choice with our own Origin, and may end at the client's origin when the policy names it", async () => {
    const { page, complaints } = await visit(`${chooser}?form-action=${client.origin}`);
    await page.getByRole("button", { name: /Babbage/ }).click();
    await page.waitForURL(`${client.origin}/callback`);
    expect(server.submissions.at(-1)).toEqual({ origin: server.origin, body: "csrf=token&account=acc_2" });
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("is held back by Chromium when the policy does not name where its answer redirects", async () => {
    const { page, complaints } = await visit(chooser);
    await page.getByRole("button", { name: /Babbage/ }).click();
    await expect.poll(() => complaints.join()).toContain("form-action");
    expect(page.url()).toBe(server.origin + chooser);
    await page.close();
  });

  it("can be used with the keyboard alone, with a focus one can see", async () => {
    const { page } = await visit(`${chooser}?form-action=${client.origin}`);
    await page.keyboard.press("Tab");
    const ring = await page.locator(":focus").evaluate((element) => getComputedStyle(element).outlineWidth);
    expect(ring).toBe("3px");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForURL(`${client.origin}/callback`);
    expect(server.submissions.at(-1)?.body).toBe("csrf=token&account=acc_2");
    await page.close();
  });
});

it("a page leads to another origin without telling it where one came from", async () => {
  const { page } = await visit("/en/error");
  await page.route("https://app.example.com/**", (route) => route.fulfill({ contentType: "text/html", body: "" }));
  const request = page.waitForRequest("https://app.example.com/");
  await page.getByRole("link", { name: "Back to Tidepool Notes" }).click();
  expect(await (await request).headerValue("referer")).toBeNull();
  await page.close();
});
