import { parseArgs } from "node:util";
import type { ArgsDef } from "citty";

/**
 * Refuses what a command does not take: a misspelt option would otherwise be ignored in silence.
 *
 * @returns what is wrong, in a sentence; null when nothing is
 */
export function checkArguments(args: readonly string[], accepted: ArgsDef): string | null {
  const definitions = Object.entries(accepted);
  const places = definitions.filter(([, { type }]) => type === "positional").length;
  const options = definitions.flatMap(([name, { type }]) =>
    type === "positional" ? [] : [[name, { type: type === "boolean" ? ("boolean" as const) : ("string" as const) }]],
  );
  try {
    const { positionals } = parseArgs({
      args: [...args],
      options: Object.fromEntries(options),
      allowPositionals: true,
      allowNegative: true,
    });
    const surplus = positionals[places];
    return surplus === undefined ? null : `There is no argument "${surplus}" here.`;
  } catch (error) {
    // Only the first sentence: the rest explains how to write arguments that begin with a dash.
    return error instanceof Error ? `${error.message.split(/\. |\n/)[0]?.replace(/\.$/, "")}.` : String(error);
  }
}
