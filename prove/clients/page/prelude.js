// Runs first in every page: what must be made of the page's own intrinsics. `hostEnv` is removed again.
(({ wallNow, random, fetch }) => {
  const SystemDate = Date;
  globalThis.Date = class PageDate extends SystemDate {
    constructor(...parameters) {
      if (parameters.length === 0) super(wallNow());
      else super(...parameters);
    }
    static now() {
      return wallNow();
    }
  };
  Math.random = random;
  // So that `error instanceof TypeError` holds, as it does in a page.
  globalThis.fetch = async (input, init) => {
    try {
      return await fetch(input, init);
    } catch (error) {
      throw error?.name === "TypeError" ? new TypeError(error.message) : error;
    }
  };
  globalThis.window = globalThis;
  globalThis.self = globalThis;
  globalThis.top = globalThis;
  globalThis.parent = globalThis;
})(globalThis.hostEnv);
delete globalThis.hostEnv;
