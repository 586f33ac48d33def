/** Where an app finds its server, and itself. */
export interface AppAddress {
  readonly issuer: string;
  readonly clientId: string;
  /** The app's origin; people come back to its root after signing in. */
  readonly origin: string;
}

/** What an app shows: nothing yet, itself, or its sign-in page. */
export type AppView = "loading" | "in" | "out";

/**
 * An app as its library's own guide has it written, seen from outside. One file of this folder for each library; each is
 * bundled with the library as published, and runs as the only script of a page.
 */
export interface ComparedApp {
  view(): AppView;
  /** Called when `view` may have changed. */
  onView(listener: () => void): void;
  /** An access token for a request to an API. Null: the library says that nobody is signed in. Throws: trouble. */
  token(): Promise<string | null>;
  /** Has the library get a new token now, though the one in hand would do. Changes the view only if the library does. */
  renew(): Promise<string | null>;
  /** Leaves for the sign-in page. */
  signIn(): Promise<void>;
  signOut(): Promise<void>;
}

/** What each bundle exports, as `start`. */
export type StartApp = (address: AppAddress) => ComparedApp;

/** A view that tells its listeners. */
export function createView(): {
  readonly view: () => AppView;
  readonly onView: (listener: () => void) => void;
  readonly show: (next: AppView) => void;
} {
  const listeners: (() => void)[] = [];
  let view: AppView = "loading";
  return {
    view: () => view,
    onView: (listener) => void listeners.push(listener),
    show(next) {
      view = next;
      for (const listener of listeners) listener();
    },
  };
}
