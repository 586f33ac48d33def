/**
 * The deployment's functions, by path, as a folder `convex/` would hold them: `items.ts` and `people.ts`. Whoever calls
 * is the `identity`: the claims of an access token that was verified, or null.
 */
import type { ConvexFunction, Identity, Json } from "@holdfast/convex/testing";

/** A line of the list, as the page sees it. */
export type Item = {
  readonly id: string;
  readonly text: string;
  readonly isDone: boolean;
  /** Who wrote it; null for the examples that are there from the start. */
  readonly by: string | null;
};

/** Who Convex takes the page's user for. */
export type Me = { readonly userId: string; readonly name: string; readonly account: string; readonly role: string };

const LONGEST_TEXT = 120;
const MOST_ITEMS = 50;
const EXAMPLES = ["Open this page in a second tab", "Break something", "See that this list stays"];

/** Everything is kept in memory, and a list belongs to an account: a token for another one does not see it. */
export function createFunctions(): Readonly<Record<string, ConvexFunction>> {
  const lists = new Map<string, Item[]>();
  const names = new Map<string, string>();
  let ids = 0;

  function listOf(account: string): Item[] {
    const list = lists.get(account) ?? EXAMPLES.map((text) => ({ id: String(++ids), text, isDone: false, by: null }));
    lists.set(account, list);
    return list;
  }

  return {
    "items:list": (_, identity) => (identity === null ? null : listOf(personOf(identity).account)),

    "items:add": (args, identity) => {
      const { account, name } = personOf(identity);
      const list = listOf(account);
      if (list.length >= MOST_ITEMS) throw new Error(`A list has ${MOST_ITEMS} lines at most.`);
      list.push({ id: String(++ids), text: textOf(args, "text"), isDone: false, by: name });
      return null;
    },

    "items:setDone": (args, identity) => {
      const list = listOf(personOf(identity).account);
      const index = list.findIndex(({ id }) => id === textOf(args, "id"));
      const item = list[index];
      if (item) list[index] = { ...item, isDone: isTrue(args, "isDone") };
      return null;
    },

    "items:clearDone": (_, identity) => {
      const { account } = personOf(identity);
      lists.set(
        account,
        listOf(account).filter(({ isDone }) => !isDone),
      );
      return null;
    },

    "people:me": (_, identity) => (identity === null ? null : personOf(identity)),

    // A token says who somebody is, and not what they are called: that is what their own page says.
    "people:introduce": (args, identity) => {
      names.set(personOf(identity).userId, textOf(args, "name"));
      return null;
    },
  };

  function personOf(identity: Identity): Me {
    if (identity === null) throw new Error("Sign in first.");
    const userId = String(identity.sub);
    const name = names.get(userId) ?? "Somebody";
    return { userId, name, account: String(identity.account), role: String(identity.role) };
  }
}

/** @throws Error unless the argument is a text of 1 to 120 characters */
function textOf(args: Json, name: string): string {
  const value = argument(args, name);
  const text = typeof value === "string" ? value.trim() : "";
  if (text === "" || text.length > LONGEST_TEXT) {
    throw new Error(`"${name}" takes a text of 1 to ${LONGEST_TEXT} characters.`);
  }
  return text;
}

function isTrue(args: Json, name: string): boolean {
  return argument(args, name) === true;
}

function argument(args: Json, name: string): unknown {
  return typeof args === "object" && args !== null && Object.hasOwn(args, name)
    ? (args as Record<string, Json>)[name]
    : undefined;
}
