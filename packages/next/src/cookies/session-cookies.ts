import type { Sealer } from "../sealing/sealer.ts";
import {
  formatSession,
  formatTombstone,
  isNewer,
  parseSession,
  parseTombstone,
  type Session,
  type Tombstone,
} from "../session/session.ts";
import { formatChunks, parseChunks } from "./cookie-chunks.ts";
import { type CookieWrite, parseCookieHeader } from "./cookie-header.ts";

/** What a request carries of us. */
export interface CarriedSession {
  /** The newest there is, unless a tombstone stands above it. */
  readonly session: Session | null;
  /** Set where the newest thing carried is a session's end. */
  readonly ended: Tombstone | null;
  /** Ours by their names, but nothing that can be read here. */
  readonly unreadable: readonly string[];
  /** What each of the others holds. */
  readonly held: readonly Held[];
}

/** One or several cookies that belong together. */
interface Held {
  readonly names: readonly string[];
  readonly session: Session | null;
  readonly tombstone: Tombstone | null;
}

/**
 * The cookies that hold a browser's session, encrypted. Each generation of each grant has a name of its own: answers
 * arrive in any order, and the last must not put an older session in the newer one's place. Which one counts is read
 * from what is sealed inside; names say nothing.
 */
export interface SessionCookies {
  read(cookieHeader: string | null): Promise<CarriedSession>;
  /**
   * Writes a session, and takes away what was carried of it and of those before it.
   *
   * @throws CookieTooLargeError
   */
  write(carried: CarriedSession, session: Session): Promise<readonly CookieWrite[]>;
  /** After a sign-in: writes it, and takes away all that was carried. */
  replace(carried: CarriedSession, session: Session): Promise<readonly CookieWrite[]>;
  /** Marks a session as over, and takes away what was carried of its grant and of those before. */
  end(carried: CarriedSession, tombstone: Tombstone): Promise<readonly CookieWrite[]>;
}

/** As long as browsers keep any (RFC 6265bis, section 5.6.2): it is Holdfast that ends sessions, not a cookie's age. */
const sessionSeconds = 400 * 86_400;
/** For as long as an answer that was under way when the session ended can still bring it back. */
const tombstoneSeconds = 600;
/** … and until Holdfast has been told. */
const untoldSeconds = 30 * 86_400;
/** A browser holds one or two; and a stranger as many as fit into a header. The newest come last (RFC 6265, 5.4). */
const openedAtMost = 16;

export function createSessionCookies(deps: {
  readonly sealer: Sealer;
  readonly clientId: string;
  readonly isSecure: boolean;
}): SessionCookies {
  const { sealer, clientId } = deps;
  // Cookies do not know ports: on one machine every app that is being developed sees those of the others.
  const prefix = `${deps.isSecure ? "__Host-" : ""}holdfast_next.${clientId}~`;
  const purposes = { session: `session:${clientId}`, tombstone: `tombstone:${clientId}` } as const;
  const nameOf = (grantId: string, kind: number | "ended") => `${prefix}${kind}.${grantId.slice(-12)}`;

  async function open(name: string, sealed: string | null): Promise<Pick<Held, "session" | "tombstone">> {
    if (sealed === null) return { session: null, tombstone: null };
    if (name.startsWith(`${prefix}ended.`)) {
      const text = await sealer.open(purposes.tombstone, sealed);
      return { session: null, tombstone: text === null ? null : parseTombstone(text) };
    }
    const text = await sealer.open(purposes.session, sealed);
    return { session: text === null ? null : parseSession(text), tombstone: null };
  }

  async function write(session: Session, stale: readonly Held[], more: readonly string[] = []) {
    const sealed = await sealer.seal(purposes.session, formatSession(session));
    const written = formatChunks(nameOf(session.claims.grant_id, session.generation), sealed, sessionSeconds);
    return [...written, ...clear([...stale.flatMap(({ names }) => names), ...more], written)];
  }

  return {
    async read(cookieHeader) {
      const cookies = parseCookieHeader(cookieHeader).filter(({ name }) => name.startsWith(prefix));
      const names = [...new Set(cookies.map(({ name }) => name))];
      const stems = [...new Set(names.map((name) => name.replace(/\.\d$/, "")))].slice(-openedAtMost);
      const all = await Promise.all(
        stems.map(async (stem) => ({
          names: names.filter((name) => name === stem || name.startsWith(`${stem}.`)),
          ...(await open(stem, parseChunks(stem, cookies))),
        })),
      );
      const isRead = ({ session, tombstone }: Held) => session !== null || tombstone !== null;
      return {
        ...newestOf(all),
        held: all.filter(isRead),
        unreadable: all.filter((each) => !isRead(each)).flatMap((each) => each.names),
      };
    },
    write({ held }, session) {
      const isReplaced = (each: Held) => each.session !== null && !isNewer(each.session, session);
      return write(session, held.filter(isReplaced));
    },
    replace({ held, unreadable }, session) {
      return write(session, held, unreadable);
    },
    async end({ held }, tombstone) {
      const sealed = await sealer.seal(purposes.tombstone, formatTombstone(tombstone));
      const seconds = tombstone.refreshToken === null ? tombstoneSeconds : untoldSeconds;
      const written = formatChunks(nameOf(tombstone.grantId, "ended"), sealed, seconds);
      const over = held.filter((each) => grantOf(each) <= tombstone.grantId);
      return [
        ...written,
        ...clear(
          over.flatMap(({ names }) => names),
          written,
        ),
      ];
    },
  };
}

/** What is carried of the newest grant: its end, where there is one, else its last generation. */
function newestOf(all: readonly Held[]): Pick<CarriedSession, "session" | "ended"> {
  const sessions = all.flatMap(({ session }) => session ?? []);
  const tombstones = all.flatMap(({ tombstone }) => tombstone ?? []);
  const session = sessions.reduce<Session | null>((best, each) => (best && isNewer(best, each) ? best : each), null);
  const ended = tombstones.reduce<Tombstone | null>(
    (best, each) => (best && best.grantId > each.grantId ? best : each),
    null,
  );
  if (session && (!ended || session.claims.grant_id > ended.grantId)) return { session, ended: null };
  return { session: null, ended };
}

function grantOf({ session, tombstone }: Held): string {
  return session?.claims.grant_id ?? tombstone?.grantId ?? "";
}

function clear(names: readonly string[], written: readonly CookieWrite[]): readonly CookieWrite[] {
  const kept = new Set(written.map(({ name }) => name));
  return names.filter((name) => !kept.has(name)).map((name) => ({ name, value: "", maxAge: 0 }));
}
