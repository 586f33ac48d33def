import { act, type ReactNode } from "react";
import { createRoot, type Root } from "react-dom/client";
import { onTestFinished } from "vitest";

/** React warns about `act` unless it is told that this is a test. */
Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

export interface Mounted {
  readonly container: HTMLElement;
  readonly text: () => string;
  readonly render: (node: ReactNode) => Promise<void>;
  readonly unmount: () => Promise<void>;
}

/** Renders into the document, until the test is over. */
export async function mount(node: ReactNode): Promise<Mounted> {
  const container = document.body.appendChild(document.createElement("div"));
  return rendered(container, createRoot(container), node);
}

async function rendered(container: HTMLElement, root: Root, node: ReactNode): Promise<Mounted> {
  const mounted: Mounted = {
    container,
    text: () => container.textContent ?? "",
    render: (next) => act(async () => root.render(next)),
    unmount: () => act(async () => root.unmount()),
  };
  onTestFinished(async () => {
    await mounted.unmount();
    container.remove();
  });
  await mounted.render(node);
  return mounted;
}
