/** What the first process of `holdfast start` and its workers tell each other. */
import type { CollectedMetric } from "../../metrics/otlp-data.ts";
import type { DatabaseConnection } from "../../storage/database.ts";

export type ToWorker =
  | { readonly kind: "serve"; readonly connection: DatabaseConnection; readonly poolSize: number }
  | { readonly kind: "report"; readonly inquiry: number }
  | { readonly kind: "stop" };

export type FromWorker =
  | { readonly kind: "ready"; readonly port: number }
  | { readonly kind: "failed"; readonly code: string; readonly detail: string }
  | { readonly kind: "report"; readonly inquiry: number; readonly metrics: readonly CollectedMetric[] };
