/** Told of promises that were rejected with nobody to take it. */
type Sink = (reason: unknown) => void;

interface ProcessLike {
  on(event: "unhandledRejection", listener: Sink): void;
  off(event: "unhandledRejection", listener: Sink): void;
}

/**
 * Watches for unhandled rejections, where the runtime tells of them (Node). A rejection does not say which world it came
 * from: worlds that run at the same time all get it.
 */
export function watchRejections(sink: Sink): () => void {
  const host: unknown = Reflect.get(globalThis, "process");
  if (!isProcess(host)) return () => undefined;
  host.on("unhandledRejection", sink);
  return () => host.off("unhandledRejection", sink);
}

function isProcess(host: unknown): host is ProcessLike {
  return typeof host === "object" && host !== null && "on" in host && "off" in host;
}
