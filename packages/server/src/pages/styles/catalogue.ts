/** The wide pages: the error catalogue. */
export const catalogue = `
.wide { display: grid; gap: 2rem; align-content: start; max-width: 46rem; margin: 0 auto; padding: 2rem 1.5rem 4rem; }
.wide > * { min-width: 0; }
.wide > main { display: grid; gap: 2.5rem; }
.wide h1 { font-size: 1.875rem; line-height: 1.2; }
.wide h2 { font-size: 1.25rem; line-height: 1.3; }
.wide .brand { justify-self: start; }
.wide .brand:hover { color: var(--accent); }
.areas { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: .75rem; }
.areas a {
  display: inline-flex; align-items: center; min-height: 2.75rem; padding: 0 1rem;
  border: 1px solid var(--control); border-radius: 1.375rem; background: var(--surface); color: var(--text);
  font-size: .9375rem; text-decoration: none;
}
.areas a:hover { border-color: var(--control-hover); background: var(--raised); }
.areas a:focus-visible { border-radius: 1.375rem; }
.area { display: grid; gap: 1rem; scroll-margin-top: 1.5rem; }
.codes {
  background: var(--surface); border: 1px solid var(--line); border-radius: 1rem; box-shadow: var(--shadow);
  overflow: clip;
}
.entry { display: grid; gap: .25rem; padding: 1.125rem 1.5rem; scroll-margin-top: 1.5rem; }
.entry + .entry { border-top: 1px solid var(--line); }
.entry h3 { font-size: 1rem; line-height: 1.4; }
.entry-head { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem .75rem; }
.entry-head a { display: inline-flex; align-items: center; min-height: 1.75rem; }
.status { margin-inline-start: auto; font-variant-numeric: tabular-nums; }
.advice { color: var(--muted); }
.explained { display: grid; gap: 1.25rem; }
.explained dt { font-size: .875rem; color: var(--muted); }
.explained dd { margin-top: .125rem; }
.back { display: inline-flex; align-items: center; gap: .375rem; min-height: 2.75rem; justify-self: start; }
@media (max-width: 30rem) {
  .wide { gap: 1.25rem; padding: 1.25rem 1.25rem 3rem; }
  .wide h1 { font-size: 1.625rem; }
  .codes { margin: 0 -1.25rem; border-width: 1px 0; border-radius: 0; box-shadow: none; }
  .entry { padding: 1rem 1.25rem; }
  .wide .card { padding: 0; }
}
@media print { .areas, .back { display: none; } .codes { box-shadow: none; } .entry { break-inside: avoid; } }
`;
