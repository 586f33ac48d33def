/** Buttons, choices, people. Targets are at least 44 px (2.75rem) high. */
export const controls = `
.button, .choice {
  display: flex; align-items: center; width: 100%; min-height: 2.75rem; margin: 0;
  border: 1px solid var(--control); border-radius: .625rem; background: var(--surface); color: var(--text);
  font: inherit; text-decoration: none; cursor: pointer; -webkit-tap-highlight-color: transparent;
}
.button { justify-content: center; padding: .625rem 1.25rem; font-weight: 600; line-height: 1.35; text-align: center; }
.button:hover, .choice:hover { background: var(--raised); border-color: var(--control-hover); color: var(--text); }
.button:active, .choice:active { background: var(--tint); border-color: var(--accent); color: var(--text); }
.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
.primary:hover { background: var(--accent-hover); border-color: var(--accent-hover); color: var(--on-accent); }
.primary:active { background: var(--accent-active); border-color: var(--accent-active); color: var(--on-accent); }
.button:focus-visible, .choice:focus-visible { border-radius: .625rem; }
.choice { gap: .875rem; min-height: 3.5rem; padding: .625rem .875rem; text-align: start; }
.choice .chevron { width: 1rem; height: 1rem; color: var(--muted); }
.choice:hover .chevron { color: var(--accent); }
.choice:active .glyph { background: var(--surface); }
.lines { display: grid; flex: 1; min-width: 0; line-height: 1.35; }
.lines > * { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 6; overflow: hidden; }
.name { font-weight: 600; }
.lines .small { margin-top: .125rem; color: var(--muted); }
.lines .badge { margin-inline: .25rem; }
.lines .badge:first-child { margin-inline-start: 0; }
.glyph {
  display: grid; place-items: center; flex: none; width: 2.25rem; height: 2.25rem;
  border: 1px solid transparent; border-radius: .5rem; background: var(--tint); color: var(--accent);
  font-size: .875rem; font-weight: 600; letter-spacing: .01em;
}
.round { border-radius: 50%; }
.badge {
  display: inline-block; padding: .0625rem .5rem; border: 1px solid var(--control); border-radius: 1rem;
  color: var(--muted); font-size: .75rem; font-weight: 500; line-height: 1.5; white-space: nowrap;
}
.practice { border-style: dashed; }
.practice .badge { border-style: dashed; }
.person { display: flex; align-items: center; gap: .875rem; }
.inset { padding: .875rem; border-radius: .625rem; background: var(--raised); border: 1px solid var(--line); }
.symbol { width: 2.5rem; height: 2.5rem; margin-bottom: -.5rem; color: var(--accent); }
@media (prefers-reduced-motion: no-preference) {
  .button, .choice { transition: background-color .12s ease-out, border-color .12s ease-out; }
  .choice .chevron { transition: transform .12s ease-out, color .12s ease-out; }
  .choice:hover .chevron { transform: translateX(2px); }
}
@media (forced-colors: active) {
  .button, .choice { border-color: ButtonText; }
  .primary { border-width: 2px; }
  .glyph { border-color: CanvasText; }
  .brand .mark, .symbol, .choice .chevron { color: CanvasText; }
  :focus-visible { outline-color: Highlight; }
}
@media print {
  body { background: none; }
  .card { border: 0; box-shadow: none; padding: 0; }
  .button, .choice .chevron { display: none; }
}
`;
