import { createHash } from "node:crypto";

/**
 * Deliberately unlike Holdfast's own pages: amber, hazard stripes and a dashed frame, so that nobody takes this for a
 * real sign-in. System fonts and no images: nothing is fetched.
 */
export const stylesheet = `
:root {
  color-scheme: light dark;
  --page: #f4eee0; --card: #fffdf7; --ink: #211b0e; --muted: #625738; --line: #ddd0b0;
  --amber: #d97706; --stripe: #f5b92e; --stripe-ink: #211b0e; --tint: #fdf0cf; --hover: #fbf3df; --alarm: #a11d1d;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14110a; --card: #1e1a10; --ink: #f6efdd; --muted: #c0b48f; --line: #443b25;
    --amber: #e59a1c; --stripe: #d99a17; --stripe-ink: #14110a; --tint: #33290f; --hover: #2a2414; --alarm: #ff9a8f;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px 12px;
  background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
main {
  width: 100%; max-width: 440px; overflow: hidden;
  background: var(--card); border: 2px dashed var(--amber); border-radius: 14px;
}
.stripes {
  height: 14px;
  background: repeating-linear-gradient(-45deg, var(--stripe) 0 14px, var(--stripe-ink) 14px 28px);
}
.content { padding: 20px 20px 24px; }
.notice {
  margin: 0 0 20px; padding: 10px 14px; border-radius: 8px; background: var(--tint);
  font-size: 0.875rem; line-height: 1.4;
}
.notice strong { display: block; }
h1 { margin: 0; text-wrap: balance; font-size: 1.375rem; line-height: 1.25; letter-spacing: -0.01em; }
.lead { margin: 4px 0 18px; color: var(--muted); overflow-wrap: anywhere; }
.alarm { margin: 0 0 14px; color: var(--alarm); font-weight: 600; }
ul { list-style: none; margin: 0 0 18px; padding: 0; display: grid; gap: 8px; }
button {
  width: 100%; padding: 10px 12px; border: 1px solid var(--line); border-radius: 10px;
  background: transparent; color: inherit; font: inherit; cursor: pointer;
}
button:hover { background: var(--hover); border-color: var(--amber); }
button:focus-visible, a:focus-visible { outline: 3px solid var(--amber); outline-offset: 2px; }
.person { display: flex; align-items: center; gap: 12px; text-align: start; }
.initials {
  flex: none; width: 40px; height: 40px; border-radius: 50%; display: grid; place-items: center;
  background: var(--stripe); color: var(--stripe-ink); font-size: 0.875rem; font-weight: 700;
}
.who { flex: 1; min-width: 0; }
.name { display: block; font-weight: 600; line-height: 1.3; }
.email { display: block; color: var(--muted); font-size: 0.875rem; overflow-wrap: anywhere; }
.badge {
  display: inline-block; margin-top: 4px; margin-inline-end: 4px; padding: 0 8px; border: 1px solid var(--amber);
  border-radius: 99px; font-size: 0.75rem;
}
.actions { display: grid; gap: 8px; }
.primary { background: var(--stripe); border-color: var(--stripe); color: var(--stripe-ink); font-weight: 600; }
.primary:hover { background: var(--amber); }
.cancel { color: var(--muted); }
code { font: 0.875em ui-monospace, "Cascadia Mono", Menlo, monospace; overflow-wrap: anywhere; }
a { color: inherit; }
footer {
  padding: 10px 20px; border-top: 2px dashed var(--line); color: var(--muted);
  font-size: 0.8125rem; overflow-wrap: anywhere;
}
@media (forced-colors: active) { .stripes { display: none; } }
`;

/** The stylesheet's hash, as a Content-Security-Policy source. */
export const stylesheetSource = `'sha256-${createHash("sha256").update(stylesheet).digest("base64")}'`;
