import type { TabLifecycle } from "@holdfast/client";

/** An event with what DOM events carry beside their type. */
export function eventOf(type: string, more: object = {}): Event {
  return Object.assign(new Event(type), more);
}

/** Passes what happens to the page on to where the DOM has it. `visibilitychange` is told to the document, and bubbles. */
export function passLifecycle(lifecycle: TabLifecycle, page: EventTarget, document: EventTarget): void {
  lifecycle.listen((event) => {
    switch (event) {
      case "visible":
      case "hidden":
        document.dispatchEvent(eventOf("visibilitychange"));
        page.dispatchEvent(eventOf("visibilitychange"));
        break;
      case "freeze":
      case "resume":
        document.dispatchEvent(eventOf(event));
        break;
      case "pageshow":
      case "pagehide":
        page.dispatchEvent(eventOf(event, { persisted: true }));
        break;
      default:
        page.dispatchEvent(eventOf(event));
    }
  });
}
