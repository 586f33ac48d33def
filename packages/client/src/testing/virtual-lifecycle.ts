import type { LifecycleEvent, TabLifecycle } from "../env.ts";

/** What a page is told about itself, and who listens. */
export interface VirtualLifecycle {
  readonly lifecycle: TabLifecycle;
  readonly isVisible: () => boolean;
  show(isVisible: boolean): void;
  tell(event: LifecycleEvent): void;
  readonly listenerCount: () => number;
}

export function createVirtualLifecycle(isOnline: () => boolean): VirtualLifecycle {
  const listeners = new Set<{ readonly listener: (event: LifecycleEvent) => void }>();
  let isVisible = true;
  return {
    lifecycle: {
      isOnline,
      isVisible: () => isVisible,
      listen(listener) {
        const entry = { listener };
        listeners.add(entry);
        return () => void listeners.delete(entry);
      },
    },
    isVisible: () => isVisible,
    show(visible) {
      isVisible = visible;
    },
    tell(event) {
      for (const { listener } of [...listeners]) listener(event);
    },
    listenerCount: () => listeners.size,
  };
}
