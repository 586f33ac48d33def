import type { ClientEnv, TabChannel } from "@holdfast/client";
import { eventOf } from "./events.ts";

/** The class `BroadcastChannel` of a page. */
export function createBroadcastChannelClass(open: NonNullable<ClientEnv["openChannel"]>) {
  return class PageBroadcastChannel extends EventTarget {
    readonly name: string;
    onmessage: ((event: { readonly data: unknown }) => void) | null = null;
    readonly #channel: TabChannel;

    constructor(name: string) {
      super();
      this.name = name;
      this.#channel = open(name);
      this.#channel.listen((data) => {
        const event = Object.assign(eventOf("message"), { data });
        this.onmessage?.(event);
        this.dispatchEvent(event);
      });
    }

    postMessage(message: unknown): void {
      this.#channel.post(message);
    }

    close(): void {
      this.#channel.close();
    }
  };
}
