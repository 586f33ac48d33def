import type { Interaction } from "oidc-provider";

/** The login form. @param problem why the last attempt failed */
export function loginPage({ uid }: Interaction, problem = ""): string {
  return page(
    "Log in",
    `${problem && `<p role="alert">${escapeHtml(problem)}</p>`}
<form method="post" action="/account/${uid}/login">
<p><label>Username <input name="username" autocomplete="username" required autofocus></label></p>
<p><label>Password <input name="password" type="password" autocomplete="current-password" required></label></p>
<p><button>Log in</button></p>
</form>`,
  );
}

/** The consent screen: Allow and Deny are forms of their own. */
export function consentPage({ uid, params }: Interaction, clientName: string): string {
  return page(
    `Allow ${clientName}?`,
    `<p>It asks for: ${escapeHtml(String(params.scope))}</p>
<form method="post" action="/account/${uid}/allow"><button>Allow</button></form>
<form method="post" action="/account/${uid}/deny"><button>Deny</button></form>`,
  );
}

export function errorPage(words: string): string {
  return page("Something went wrong", `<p>${escapeHtml(words)}</p>`);
}

function page(title: string, content: string): string {
  const heading = escapeHtml(title);
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${heading} – Upstream Identity</title></head>
<body><main><h1>${heading}</h1>
${content}
</main></body>
</html>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
