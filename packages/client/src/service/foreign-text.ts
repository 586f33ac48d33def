const longest = 200;

/**
 * What a server said, fit for an error's message: one line, 200 characters at most, and without our secrets, which some
 * servers quote back.
 */
export function foreignText(value: unknown, secrets: readonly string[]): string {
  if (typeof value !== "string") return "";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not reach a log or a terminal
  const line = value.replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, " ");
  const hidden = secrets
    .filter((secret) => secret !== "")
    .reduce((text, secret) => text.replaceAll(secret, "[hidden]"), line);
  return hidden.length > longest ? `${hidden.slice(0, longest)}…` : hidden;
}
