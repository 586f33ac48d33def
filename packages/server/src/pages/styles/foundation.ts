/** Colours, type and page: two themes, one accent; text reaches WCAG AA (4.5:1) on every surface of both. */
export const foundation = `
:root {
  color-scheme: light dark;
  --page: #f3f6f5; --surface: #ffffff; --raised: #f6f9f8; --code: #edf2f0; --text: #13211d; --muted: #51625d;
  --line: #dbe4e1; --control: #c2cfca; --control-hover: #7d918a;
  --accent: #0f6b5c; --accent-hover: #0b584b; --accent-active: #08453b; --on-accent: #ffffff; --tint: #e4f2ee;
  --shadow: 0 1px 2px rgb(9 40 33 / 6%), 0 12px 32px -12px rgb(9 40 33 / 16%);
  --sans: -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0b1210; --surface: #121b18; --raised: #17231f; --code: #1f2d28; --text: #e6efec; --muted: #9fb3ac;
    --line: #25332e; --control: #3a4b45; --control-hover: #6d837b;
    --accent: #58c5ad; --accent-hover: #76d4bf; --accent-active: #92e0ce; --on-accent: #04211b; --tint: #15312a;
    --shadow: 0 1px 2px rgb(0 0 0 / 40%), 0 16px 40px -16px rgb(0 0 0 / 60%);
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; min-height: 100vh; min-height: 100dvh;
  background: var(--page); color: var(--text);
  font: 400 1rem/1.5 var(--sans); -webkit-font-smoothing: antialiased;
  overflow-wrap: anywhere;
}
h1, h2, h3, p, ul, dl, dd { margin: 0; padding: 0; }
ul { list-style: none; }
h1, h2, h3 { font-weight: 600; text-wrap: balance; }
h1 { font-size: 1.5rem; line-height: 1.25; letter-spacing: -.012em; }
p { text-wrap: pretty; }
a { color: var(--accent); text-underline-offset: .2em; text-decoration-thickness: 1px; }
a:hover { color: var(--accent-hover); text-decoration-thickness: 2px; }
a:active { color: var(--accent-active); }
code { font: .875em/1.45 var(--mono); }
p code, .explained code { padding: .1em .3em; border-radius: .25rem; background: var(--code); }
svg { display: block; flex: none; }
:focus { outline: none; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; border-radius: 4px; }
.muted { color: var(--muted); }
.small { font-size: .875rem; line-height: 1.45; }
`;
