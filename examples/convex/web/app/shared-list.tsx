import { useMutation, useQuery } from "convex/react";
import { type FormEvent, type ReactElement, useState } from "react";
import type { Item } from "../../backend/functions.ts";
import { addItem, clearDoneItems, listItems, setItemDone } from "./functions.ts";
import { useLane } from "./recorder.ts";

export function SharedList(): ReactElement {
  const items = useQuery(listItems);
  useLane("list", items ? "good" : "waiting", items ? "on the screen" : "loading");
  if (!items) return <p className="muted">Loading the list…</p>;
  const done = items.filter(({ isDone }) => isDone).length;
  return (
    <>
      <ul className="items" data-testid="items">
        {items.map((item) => (
          <Line key={item.id} item={item} />
        ))}
      </ul>
      <NewItem />
      <p className="tally muted">
        {items.length} {items.length === 1 ? "line" : "lines"}, {done} done
        <ClearDone isPossible={done > 0} />
      </p>
    </>
  );
}

function Line({ item: { id, text, isDone, by } }: { readonly item: Item }): ReactElement {
  // Shown before the server says so: a click is a click, also while the socket is gone.
  const setDone = useMutation(setItemDone).withOptimisticUpdate((store, change) => {
    const items = store.getQuery(listItems);
    if (items) {
      const changed = items.map((item) => (item.id === change.id ? { ...item, isDone: change.isDone } : item));
      store.setQuery(listItems, {}, changed);
    }
  });
  const isPending = id === PENDING;
  return (
    <li className={isDone ? "done" : ""} data-pending={isPending || undefined}>
      <label>
        <input
          type="checkbox"
          checked={isDone}
          disabled={isPending}
          onChange={(event) => setDone({ id, isDone: event.target.checked })}
        />
        <span className="text">{text}</span>
      </label>
      {by !== null && <span className="by muted">{isPending ? "sending…" : by}</span>}
    </li>
  );
}

/** The id of a line that the server has not confirmed. */
const PENDING = "pending";

function NewItem(): ReactElement {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const add = useMutation(addItem).withOptimisticUpdate((store, { text }) => {
    const items = store.getQuery(listItems);
    if (items) store.setQuery(listItems, {}, [...items, { id: PENDING, text, isDone: false, by: "" }]);
  });

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (text.trim() === "") return;
    setText("");
    setProblem(null);
    await add({ text }).catch((error: Error) => setProblem(error.message));
  }

  return (
    <form className="new-item" onSubmit={submit}>
      <label className="visually-hidden" htmlFor="new-item">
        New line
      </label>
      <input
        id="new-item"
        value={text}
        maxLength={120}
        placeholder="Add a line"
        autoComplete="off"
        onChange={(event) => setText(event.target.value)}
      />
      <button className="button" type="submit">
        Add
      </button>
      {problem !== null && (
        <p className="notice" role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}

function ClearDone({ isPossible }: { readonly isPossible: boolean }): ReactElement {
  const clearDone = useMutation(clearDoneItems);
  return (
    <button className="link" type="button" disabled={!isPossible} onClick={() => clearDone({})}>
      Clear what is done
    </button>
  );
}
