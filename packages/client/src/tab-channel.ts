import type { AccessToken } from "./access-token.ts";
import type { ClientEnv, Milliseconds, TabChannel } from "./env.ts";
import { asObject, isText } from "./json-storage.ts";
import type { Grant } from "./lineage.ts";
import type { EndReason } from "./state.ts";

/** What tabs of one client tell one another. Hints all of it: storage and the server are the truth. */
export type TabMessage =
  | { readonly type: "token"; readonly token: Omit<AccessToken, "born">; readonly age: Milliseconds }
  | ({ readonly type: "ended"; readonly reason: EndReason } & Grant)
  | { readonly type: "cooldown"; readonly wait: Milliseconds }
  /** A tab has just opened, or has missed something, and would rather ask the others than the server. */
  | { readonly type: "wanted" };

export interface Tabs {
  /** Whether there is anybody to hear. */
  readonly isOpen: () => boolean;
  post(message: TabMessage): void;
  open(): void;
  close(): void;
}

/** The channel between the tabs. Closed while the page is stored away: a browser keeps no page that holds one. */
export function createTabs(
  openChannel: ClientEnv["openChannel"],
  name: string,
  onMessage: (message: TabMessage) => void,
): Tabs {
  let channel: TabChannel | null = null;
  return {
    isOpen: () => channel !== null,
    post(message) {
      try {
        channel?.post(message);
      } catch {
        // Closed by the browser. The others find out from storage.
      }
    },
    open() {
      if (channel) return;
      try {
        channel = openChannel?.(name) ?? null;
        channel?.listen((message) => channel && isTabMessage(message) && onMessage(message));
      } catch {
        // Not for this page. Tabs share storage all the same.
      }
    },
    close() {
      channel?.close();
      channel = null;
    },
  };
}

/** Other code of the same origin may use the channel, or another version of this one. */
function isTabMessage(message: unknown): message is TabMessage {
  const { type, token, age, sid, wait } = asObject(message);
  const { value, grant, lifetime } = asObject(token);
  if (type === "token") return isText(value) && isText(grant) && Number(lifetime) > 0 && Number(age) >= 0;
  return (
    type === "wanted" ||
    (type === "ended" && isText(sid) && isText(asObject(message).grant)) ||
    (type === "cooldown" && Number(wait) > 0)
  );
}
