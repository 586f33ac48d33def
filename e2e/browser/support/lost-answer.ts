import type { Page, Route } from "playwright-core";

export interface LostAnswerOptions {
  /** The answer's head arrived, and its cookies with it; the rest did not. Default: nothing arrived. */
  readonly isHeadHere?: boolean;
  /** The request stays open for good, instead of failing. */
  readonly isHanging?: boolean;
}

/** The next refresh of this page reaches the server, which does it and answers; the answer does not reach the page. */
export async function loseNextAnswer(page: Page, options: LostAnswerOptions = {}): Promise<{ done: Promise<void> }> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  async function lose(route: Route): Promise<void> {
    // `route.fetch` puts the answer's cookies into the browser.
    await (options.isHeadHere ? route.fetch() : sendBeside(page, route));
    if (!options.isHanging) await route.abort("connectionreset");
  }
  await page.route("**/refresh", (route) => lose(route).then(resolve, reject), { times: 1 });
  return { done: promise };
}

async function sendBeside(page: Page, route: Route): Promise<void> {
  const request = route.request();
  const cookies = await page.context().cookies(request.url());
  const response = await fetch(request.url(), {
    method: request.method(),
    headers: { ...request.headers(), Cookie: cookies.map(({ name, value }) => `${name}=${value}`).join("; ") },
    body: request.postData(),
  });
  if (!response.ok) throw new Error(`the refresh was answered with ${response.status}`);
}
