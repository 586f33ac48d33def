import { type AccessToken, remainingOf } from "./access-token.ts";
import { AuthError, transient } from "./auth-error.ts";
import { createBackoff } from "./backoff.ts";
import type { Clock, Moment } from "./clock.ts";
import type { Cooldown } from "./cooldown.ts";
import type { ClientEnv, LifecycleEvent, Milliseconds, TimerHandle } from "./env.ts";
import { isNewer } from "./lineage.ts";
import type { RefreshRun, Want } from "./refresh.ts";
import type { Emit, Session } from "./session.ts";
import type { SessionStore } from "./session-store.ts";
import type { EndReason } from "./state.ts";
import type { StateStore } from "./state-store.ts";
import type { Tabs } from "./tab-channel.ts";
import type { TokenRequest, Waiters } from "./waiters.ts";

export interface UpkeepDeps {
  readonly clock: Clock;
  readonly cooldown: Cooldown;
  readonly emit: Emit;
  readonly env: ClientEnv;
  readonly refresh: (run: RefreshRun) => Promise<void>;
  readonly session: Session;
  readonly state: StateStore;
  readonly store: SessionStore;
  readonly tabs: Tabs;
  readonly waiters: Waiters;
}

/** Keeps the session fresh: decides when to refresh, and sees to it that never two are under way. */
export interface Upkeep {
  /** Begins. `isAlone`: the first refresh asks the server whatever other tabs say. */
  start(isAlone?: boolean): void;
  /** Looks at everything anew, and does what is due. `isAfresh`: something makes it worth trying at once. */
  look(isAfresh?: boolean): void;
  /** What is due, or what the first that waits wants. */
  want(): Want | null;
  getToken(request: TokenRequest): Promise<AccessToken | null>;
  onLifecycle(event: LifecycleEvent): void;
  /** Another tab told a token: perhaps there is no need to wait for our turn. */
  onNews(): void;
  /** Gives up what is under way. */
  stop(): void;
  dispose(): void;
}

/** How often time is looked at. */
const tick: Milliseconds = 15_000;
/** What went by unseen for longer was sleep; the timers of a hidden page may be held back to one a minute. */
const wakeGap: Milliseconds = 30_000;
const hiddenWakeGap: Milliseconds = 90_000;
const answerTimeout: Milliseconds = 10_000;
/** For so long after waking the network may still be coming back. */
const waking: Milliseconds = 30_000;
const wakingTimeout: Milliseconds = 20_000;
/** Beyond this somebody should set the clock; nothing here depends on it. */
const skewTolerance: Milliseconds = 60_000;

interface Flight {
  readonly stopping: AbortController;
  readonly patience: AbortController;
}

export function createUpkeep(deps: UpkeepDeps): Upkeep {
  const { clock, cooldown, emit, env, session, state, tabs, waiters } = deps;
  const backoff = createBackoff(env);
  let phase: "new" | "alone" | "running" | "disposed" = "new";
  let flight: Flight | null = null;
  let pause: { readonly since: Moment; readonly wait: Milliseconds } | null = null;
  let timer: TimerHandle | null = null;
  let looked = clock.now();
  let woke: Moment | null = null;
  let isClockWrong = false;

  function want(): Want | null {
    const token = session.tokenFor();
    const request = waiters.next();
    // For another account only once it is known which one the person is in.
    if (request) return token ? request : { isUrgent: request.isUrgent };
    const isDue = session.isOver()
      ? isNewer(deps.store.read(), session.denied())
      : // After trouble, though the token would do: nobody stays degraded for want of another try.
        !token || session.trouble() || clock.elapsed(token.born) >= token.dueAge;
    return isDue ? {} : null;
  }

  const pauseLeft = () => (pause ? pause.wait - clock.elapsed(pause.since) : 0);

  function hope(): void {
    backoff.reset();
    pause = null;
  }

  function look(isAfresh?: boolean): void {
    if (phase === "new" || phase === "disposed") return;
    noticeSleep();
    if (isAfresh) hope();
    session.show();
    waiters.settle();
    const wanted = want();
    const wait = wanted?.isUrgent ? 0 : Math.max(pauseLeft(), cooldown.remaining());
    if (wanted && !flight && wait <= 0) void run();
    arm(wait);
  }

  function noticeSleep(): void {
    const now = clock.now();
    const gap = now.wall - looked.wall;
    looked = now;
    if (timer === null || gap <= (env.lifecycle.isVisible() ? wakeGap : hiddenWakeGap)) return;
    woke = now;
    hope();
  }

  /** Sets the one timer: to the next moment at which something is due, and at most a tick ahead. */
  function arm(wait: Milliseconds): void {
    env.clearTimer(timer);
    timer = null;
    if (session.isOver() && !flight && !want()) return;
    const token = session.tokenFor();
    const moments = [tick, wait];
    if (token) moments.push(token.dueAge - clock.elapsed(token.born), remainingOf(token, clock));
    timer = env.setTimer(look, Math.ceil(Math.min(...moments.filter((moment) => moment > 0))));
  }

  async function run(): Promise<void> {
    const stopping = new AbortController();
    const patience = new AbortController();
    flight = { stopping, patience };
    if (phase === "alone") patience.abort();
    phase = "running";
    const timeout = woke && clock.elapsed(woke) < waking ? wakingTimeout : answerTimeout;
    const attempt: RefreshRun = {
      signal: stopping.signal,
      patience: patience.signal,
      timeout,
      turn: 1,
      want: null,
      record: null,
    };
    try {
      await deps.refresh(attempt);
      if (attempt.want) succeed();
    } catch (error) {
      if (!isDisposed()) fail(error instanceof AuthError ? error : unforeseen(error), attempt);
    }
    waiters.dismiss(true);
    flight = null;
    look();
  }

  const isDisposed = () => phase === "disposed";

  function succeed(): void {
    hope();
    const skew = clock.skew();
    const isWrong = Math.abs(skew) > skewTolerance;
    const message = `This device's clock is wrong by ${Math.round(-skew / 1000)} s.`;
    if (isWrong && !isClockWrong) emit("warning", new AuthError("clock_skew_detected", message, { kind: "warning" }));
    isClockWrong = isWrong;
  }

  function fail(error: AuthError, { want: served, record }: RefreshRun): void {
    const { kind, code, status, retryAfterMs } = error;
    if (kind === "terminal") session.end(code as EndReason, "server", record ?? undefined);
    else if (kind === "no_session") {
      if (state.get().isAuthenticated) session.end("login_required", "server", record ?? undefined);
      else session.forget(record);
    } else if (kind === "interaction" && served?.account) waiters.fail(error, served.account);
    else {
      pause = { since: clock.now(), wait: retryAfterMs ?? backoff.next(error) };
      if (retryAfterMs && (status === 429 || status === 503)) {
        cooldown.begin(retryAfterMs);
        tabs.post({ type: "cooldown", wait: retryAfterMs });
      }
      // The page was put away: nothing went wrong.
      if (code === "request_aborted") return;
      session.fail(error);
      waiters.fail(error);
      emit(kind === "transient" ? "trouble" : "warning", error);
    }
  }

  function stop(): void {
    flight?.stopping.abort();
    flight?.patience.abort();
  }

  return {
    start(isAlone) {
      phase = isAlone ? "alone" : "running";
      look();
    },
    look,
    want,
    getToken(request) {
      if (isDisposed()) return Promise.resolve(null);
      const token = waiters.add(request);
      waiters.settle();
      const trouble = session.trouble();
      if (trouble && !request.isUrgent && pauseLeft() > 0) waiters.fail(trouble);
      look();
      return token;
    },
    onLifecycle(event) {
      if (event === "freeze" || event === "pagehide") {
        stop();
        if (event === "pagehide") tabs.close();
      } else if (event !== "hidden" && event !== "offline") {
        tabs.open();
        session.sync();
        look(true);
      }
    },
    onNews() {
      if (!want()) flight?.patience.abort();
      look(true);
    },
    stop,
    dispose() {
      phase = "disposed";
      stop();
      env.clearTimer(timer);
      timer = null;
      waiters.dismiss();
    },
  };
}

const unforeseen = (cause: unknown) => transient("network_error", "A refresh failed.", { cause });
