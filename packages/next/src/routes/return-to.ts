const longest = 2_048;

/**
 * Where to go after a sign-in, as a path of the app: whatever a browser would take elsewhere becomes `otherwise`, and so
 * do the sign-in's own addresses, which would lead in circles.
 *
 * @param asked a path, or an address of the app; anybody may have written it
 */
export function safeReturn(
  asked: string | null,
  app: { readonly appOrigin: string; readonly authPath: string },
  otherwise: string,
): string {
  if (asked === null || asked === "" || asked.length > longest) return otherwise;
  // Tabs that browsers drop, backslashes that they take for slashes: what counts is what the URL parser makes of it.
  const isAddress = asked.startsWith(`${app.appOrigin}/`) || asked === app.appOrigin;
  if (!isAddress && !/^\/(?!\/)/.test(asked)) return otherwise;
  if (!URL.canParse(asked, app.appOrigin)) return otherwise;
  const { origin, username, password, pathname, search, hash } = new URL(asked, app.appOrigin);
  const isElsewhere = origin !== app.appOrigin || username !== "" || password !== "" || pathname.startsWith("//");
  const isOurs = pathname === app.authPath || pathname.startsWith(`${app.authPath}/`);
  return isElsewhere || isOurs ? otherwise : pathname + search + hash;
}
