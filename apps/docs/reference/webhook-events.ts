import { eventCatalogue } from "@holdfast/server";
import { code, formatPage, formatTable } from "./markdown.ts";

/** As much of the JSON Schema of an event's data as is told. */
interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

/** What each webhook says, from the catalogue that makes the messages. */
export function webhookEventsPage(): string {
  return formatPage({
    title: "Webhook events",
    description: "Every event that a webhook can tell of, and every field of its data.",
    body: [
      "What [webhooks](/guides/webhooks/) tell. A running Holdfast has the same as JSON Schema, at `/webhooks/events` and, one by one, at `/webhooks/events/<type>`.",
      [
        '```json title="The body of a message"',
        "{",
        '  "id": "evt_3p5xY2mCfKq0vJ8uZ1wLbA",',
        '  "type": "session.revoked",',
        '  "timestamp": "2026-06-01T12:00:00.000Z",',
        '  "version": 1,',
        '  "data": {',
        '    "session_id": "01a1fc30-adef-7bef-b6ab-078d37236282",',
        '    "user_id": "01a1fc30-adcc-7e86-8e9e-010e1ade1fda",',
        '    "reason": "signed_out"',
        "  }",
        "}",
        "```",
      ].join("\n"),
      "`id` stays the same however often a message is sent. `timestamp` is when it happened. `version` is the version of the schema: within one, fields are added and never changed or removed, so take those you do not know. Times are ISO 8601. No message holds a token or a secret.",
      ...Object.entries(eventCatalogue).flatMap(([type, { summary, data }]) => [
        `## ${code(type)}`,
        summary,
        formatFields(data.toJSONSchema({ io: "input" }) as Schema),
      ]),
    ],
    contentsDepth: 2,
  });
}

function formatFields({ properties = {}, required = [] }: Schema): string {
  const rows = Object.entries(properties).map(([name, schema]) => [
    code(name),
    typeOf(schema),
    required.includes(name) ? "always" : "where known",
    schema.description ?? schema.anyOf?.find(({ description }) => description)?.description ?? "",
  ]);
  return formatTable(["Field", "Holds", "", "Meaning"], rows);
}

function typeOf({ type, format, anyOf }: Schema): string {
  const named = anyOf?.find((option) => option.type !== "null");
  if (named) return typeOf(named);
  if (format === "uuid") return "UUID";
  if (format === "date-time") return "time";
  return type === "integer" ? "number" : "text";
}
