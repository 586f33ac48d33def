/** The narrow pages: brand, card, footer. */
export const card = `
.narrow {
  display: grid; grid-template-rows: 2fr auto 3fr; justify-items: center; align-content: center;
  padding: 2rem 1rem;
}
.narrow > .brand { align-self: end; margin-bottom: 1.5rem; }
.narrow > main, .narrow > footer { width: 100%; max-width: 26rem; }
.brand {
  display: inline-flex; align-items: center; gap: .5rem; max-width: 26rem; min-height: 2.75rem;
  color: var(--text); font-size: 1.0625rem; font-weight: 600; letter-spacing: -.01em; text-decoration: none;
}
.brand .mark { width: 1.875rem; height: 1.875rem; color: var(--accent); }
.card {
  display: grid; gap: 1.5rem; padding: 2rem;
  background: var(--surface); border: 1px solid var(--line); border-radius: 1rem; box-shadow: var(--shadow);
}
.card > * { min-width: 0; }
.head { display: grid; gap: .5rem; }
.stack { display: grid; gap: .75rem; }
.narrow > footer { padding: 1.25rem 0 0; }
.links { display: flex; flex-wrap: wrap; justify-content: center; gap: 0 1.25rem; }
.links a, .facts a { display: inline-flex; align-items: center; min-height: 2.75rem; color: var(--muted); }
.links a:hover, .facts a:hover { color: var(--text); }
.facts {
  display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0 1rem; align-items: center;
  padding-top: 1rem; border-top: 1px solid var(--line);
}
.card > .facts { margin-bottom: -.5rem; }
.facts dt { color: var(--muted); }
.facts dd { display: flex; align-items: center; justify-content: flex-end; min-height: 2.25rem; text-align: end; }
.notice { padding: .75rem 1rem; background: var(--tint); border-radius: .625rem; }
.label { font-size: .875rem; line-height: 1.45; color: var(--muted); }
@media (max-width: 30rem) {
  body { background: var(--surface); }
  .narrow { grid-template-rows: auto auto 1fr; padding: 1.25rem 1.25rem 2rem; }
  .narrow > .brand { margin-bottom: 1.25rem; justify-self: start; }
  .narrow > .brand, .narrow > main, .narrow > footer { max-width: none; }
  .card { padding: 0; background: none; border: 0; border-radius: 0; box-shadow: none; }
}
`;
