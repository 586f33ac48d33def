import { createAttemptKeys } from "./attempt-key.ts";
import type { AuthClient, AuthClientOptions, AuthEvents } from "./auth-client.ts";
import { AuthError, configError } from "./auth-error.ts";
import { createAuthorizedFetch } from "./authorized-fetch.ts";
import { browserEnv } from "./browser-env.ts";
import { createReadTokens } from "./classify.ts";
import { createClock } from "./clock.ts";
import { createCooldown } from "./cooldown.ts";
import { chooseCredential, noCredential } from "./credential.ts";
import { createExchange } from "./exchange.ts";
import { createJsonStorage } from "./json-storage.ts";
import { createListeners } from "./listeners.ts";
import { readOptions } from "./options.ts";
import { createRefresh } from "./refresh.ts";
import { createSession, type Emit } from "./session.ts";
import { createSessionStore } from "./session-store.ts";
import { createSignIn } from "./sign-in.ts";
import { createFarewells } from "./sign-out.ts";
import { createStateStore } from "./state-store.ts";
import { createTabs, type TabMessage } from "./tab-channel.ts";
import { createUpkeep, type Upkeep } from "./upkeep.ts";
import { createWaiters } from "./waiters.ts";

/**
 * A session in a page.
 *
 * @example
 * const client = createAuthClient({ issuer: "https://login.example.com", clientId: "app" });
 * client.subscribe(() => render(client.state));
 * const answer = await client.fetch("https://api.example.com/orders");
 *
 * @throws AuthError `config_error` for options that cannot work
 */
export function createAuthClient(options: AuthClientOptions): AuthClient {
  const config = readOptions(options);
  const given = options.env ?? browserEnv();
  const { storage: mode, scope } = config;
  const events = createListeners<[name: keyof AuthEvents, event: unknown]>();
  const emit: Emit = (name, event) => events.tell([name, event]);
  const state = createStateStore();
  const endings: (() => void)[] = [];
  let hasWarned = false;
  let isDisposed = false;

  /** Says once that nothing is stored; in a moment, when somebody listens. */
  function onFailure(cause?: unknown): void {
    const warning = new AuthError("storage_unavailable", "Nothing is stored for this page.", {
      kind: "warning",
      cause,
    });
    if (!hasWarned) void Promise.resolve().then(() => emit("warning", warning));
    hasWarned = true;
  }

  const isPrivate = mode === "memory";
  const shared = createJsonStorage(isPrivate ? null : given.storage, scope, onFailure);
  const isStored = shared.write(":probe", 1) && shared.write(":probe", null);
  if (!isStored && !isPrivate) onFailure();
  // Tabs that share no credential have nothing to tell one another.
  const env = isStored || mode === "cookie" ? given : { ...given, locks: null, openChannel: null };
  const clock = createClock(env);
  const credential = chooseCredential(config, env, clock, onFailure);
  const store = createSessionStore(shared);
  const tabs = createTabs(env.openChannel, scope, hear);
  const parts = {
    ...{ clock, config, credential, emit, env, shared, state, store, tabs },
    attempts: createAttemptKeys(shared, env.randomId),
    cooldown: createCooldown(shared, clock),
    exchange: createExchange(env, clock, config.issuer),
    readTokens: createReadTokens(env, clock),
    own: createJsonStorage(env.sessionStorage, scope, onFailure),
  };
  const farewells = createFarewells({ ...parts, onDone: () => void check() });
  const session = createSession({
    ...parts,
    onDiscard: (refreshToken) => void farewells.add({ sid: "", refreshToken }),
    onChange: () => waiters.settle(),
  });
  const waiters = createWaiters({ ...parts, session });
  const refresh = createRefresh({ ...parts, session, want: () => upkeep.want() });
  const upkeep: Upkeep = createUpkeep({ ...parts, refresh, session, waiters });
  const signIn = createSignIn({ ...parts, session });

  const show = () => state.get();
  const ready = () => upkeep.getToken({ onTrouble: "throw" }).then(show, show);
  const check = () =>
    upkeep.getToken({ forceRefresh: true, isProbe: true, isUrgent: true, onTrouble: "throw" }).then(show, show);

  async function start(): Promise<void> {
    if (isDisposed) return;
    tabs.open();
    endings.push(env.lifecycle.listen(upkeep.onLifecycle));
    if (env.storage) endings.push(env.storage.listen(onStorage));
    const isReturning = credential.isCookie && signIn.takeStart();
    const told = farewells.flush();
    if (credential.isCookie) await told;
    if (isDisposed) return;
    // The cookie may still be there, but the person is not.
    if (credential.isCookie ? farewells.isPending() : !store.read()) session.forget(null);
    upkeep.start(isReturning);
    if (isReturning && (await ready()).status === "anonymous") {
      emit("warning", configError("No session came of the sign-in: given up, or the browser sends no cookie there."));
    }
  }

  function onStorage(key: string | null): void {
    // Null when everything was cleared.
    if (key?.startsWith(scope) === false) return;
    session.sync();
    upkeep.look();
  }

  function hear(message: TabMessage): void {
    if (message.type === "wanted") session.tell();
    else if (message.type === "cooldown") parts.cooldown.begin(message.wait);
    else session.hear(message);
    if (message.type === "token") upkeep.onNews();
  }

  // Left alone where nothing would ever come of it: a page rendered on a server.
  if (options.env || globalThis.document) void Promise.resolve().then(start);

  return {
    get state() {
      return state.get();
    },
    subscribe: state.subscribe,
    ready,
    getToken: (request = {}) => upkeep.getToken(request).then((token) => token?.value ?? null),
    fetch: createAuthorizedFetch({ ...credential, env, getToken: upkeep.getToken }),
    async signIn(request) {
      // A session that was to end would greet the person again.
      await farewells.flush();
      await signIn.begin(request);
    },
    async handleCallback(url) {
      const isDone = await signIn.finish(url);
      upkeep.look(true);
      return isDone;
    },
    async signOut({ scope: reach } = {}) {
      if (session.isOver()) return;
      const { sid = "", refreshToken = credential.loaded?.() } = store.read() ?? {};
      upkeep.stop();
      session.end("signed_out", "person", store.read() ?? undefined);
      if (reach !== "local") await farewells.add({ sid, refreshToken });
    },
    async switchAccount(account) {
      const before = store.read();
      try {
        store.choose(account);
        if (!(await upkeep.getToken({ account, isUrgent: true, onTrouble: "throw" }))) throw noCredential();
      } catch (error) {
        store.choose(before?.account);
        throw error;
      }
    },
    check,
    on: (name, listener) => events.add(([told, event]) => told === name && listener(event as never)),
    dispose() {
      if (isDisposed) return;
      isDisposed = true;
      for (const end of endings) end();
      farewells.dispose();
      tabs.close();
      state.set("disposed");
      upkeep.dispose();
    },
  };
}
