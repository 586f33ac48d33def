import type { Machine } from "../support/machine.ts";
import type { EndpointFigures, Figures, FollowerFigures } from "./measure.ts";

/** What one way of carrying news came to. */
export interface CarrierResult {
  readonly same_node: FollowerFigures;
  readonly other_node: FollowerFigures;
}

/** What a run has found, as `--json` prints it. */
export interface Result {
  readonly bench: "revocation";
  readonly quick: boolean;
  readonly machine: Machine;
  readonly postgres: Readonly<Record<string, string>>;
  readonly endpoints: { readonly same_node: EndpointFigures; readonly other_node: EndpointFigures };
  readonly notify: CarrierResult;
  /** Null where there is no nats-server. */
  readonly nats: CarrierResult | null;
  /** The last of some services that introspect and believe the answer for a second. */
  readonly cached_introspection: Figures;
}

/** The result for people. */
export function formatReport({ machine, postgres, endpoints, notify, nats, ...run }: Result): string {
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  const rows = [
    "our endpoints refuse",
    row("refresh, same node", endpoints.same_node.refresh),
    row("introspection, same node", endpoints.same_node.introspection),
    row("refresh, other node", endpoints.other_node.refresh),
    row("introspection, other node", endpoints.other_node.introspection),
    `  granted after the end was acknowledged: ${endpoints.same_node.granted + endpoints.other_node.granted}`,
    ...followerRows("news by NOTIFY", notify),
    ...(nats ? followerRows("news by NOTIFY and NATS", nats) : ["no nats-server on this machine"]),
    "instead of following: introspection, believed for a second",
    row("the last of 20 services", run.cached_introspection),
  ];
  return `${machine.cpu}, ${machine.cores} cores, load ${machine.load_average}, ${machine.system}
Node ${machine.node}, PostgreSQL ${postgres.server_version}, ${versions.join(", ")}${run.quick ? "; quick run" : ""}
From the acknowledged revocation to the refusal:

                                        median         p99        most
${rows.join("\n")}
`;
}

function followerRows(title: string, { same_node, other_node }: CarrierResult): string[] {
  return [
    `${title}: ${same_node.followers} verifiers follow one node`,
    row("same node, the middle one", same_node.middle),
    row("same node, the last one", same_node.last),
    row("other node, the middle one", other_node.middle),
    row("other node, the last one", other_node.last),
  ];
}

function row(name: string, { median_ms, p99_ms, most_ms }: Figures): string {
  return `  ${name.padEnd(30)} ${[median_ms, p99_ms, most_ms].map(milliseconds).join(" ")}`;
}

function milliseconds(value: number): string {
  return `${value.toFixed(value < 100 ? 1 : 0).padStart(8)} ms`;
}
