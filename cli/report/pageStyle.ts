/** The page's own style sheet: light and dark, from a phone's width on. */
export const pageStyle = `
:root {
  --page: #fbfbfc; --card: #fff; --text: #1d2330; --quiet: #5c667a; --line: #dfe3ea;
  --work: #3b6fd4; --boot: #8ba7dd; --gate: #d99a1c; --caution: #8a5a00; --serve: #237a4b; --drain: #7d6bb3; --shutdown: #a5acb8; --failed: #c8372d; --open: #9aa3b2;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171d; --card: #1c2028; --text: #e6e9ef; --quiet: #9aa4b5; --line: #303744;
    --work: #6f9bf0; --boot: #4f6ca6; --gate: #e0ae4a; --caution: #e0ae4a; --serve: #4fb37c; --drain: #9c8bd6; --shutdown: #6b7382; --failed: #ec6a60; --open: #7b8494;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 75rem; padding: 1.5rem 1.25rem 3rem; background: var(--page); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { margin: 0; font-size: 1.5rem; line-height: 1.25; }
h2 { margin: 2rem 0 0.75rem; font-size: 1.125rem; }
h3 { margin: 1rem 0 0.375rem; font-size: 1rem; }
p, ul, ol, dl { margin: 0.375rem 0; }
ul { padding-left: 1.25rem; }
header p, dt, .state, .label, time, .ticks, .legend { color: var(--quiet); }
dd { margin: 0; }
.tiles { display: flex; flex-wrap: wrap; gap: 0.75rem; margin-top: 1rem; }
.tiles div, .card { background: var(--card); border: 1px solid var(--line); border-radius: 0.5rem; padding: 0.625rem 0.875rem; }
.tiles div { flex: 1 1 8rem; }
.tiles dt, .card dt { font-size: 0.875rem; }
.tiles dd { font-size: 1.25rem; font-weight: 600; }
.succeeded dd { color: var(--serve); }
.failed dd, .problem.error strong { color: var(--failed); }
.interrupted dd, .problem.warning strong { color: var(--caution); }
.cards { display: grid; gap: 0.75rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); }
.card h3 { margin-top: 0; }
.card dl { display: grid; grid-template-columns: 5rem 1fr; gap: 0.125rem 0.5rem; }
.problem { white-space: pre-line; border-left: 0.25rem solid var(--line); padding-left: 0.75rem; }
.problem.error { border-color: var(--failed); }
.problem.warning { border-color: var(--gate); }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; font-size: 0.875rem; }
.legend .bar { position: static; display: inline-block; width: 1rem; height: 0.75rem; margin-right: 0.375rem; }
.lane { display: grid; grid-template-columns: 13rem 1fr 11rem; gap: 0.125rem 0.75rem; align-items: center; padding: 0.125rem 0; font-size: 0.875rem; }
.lane .label { color: var(--text); }
.inner .label { padding-left: 1rem; color: var(--quiet); }
.cause { grid-column: 1 / -1; margin: 0 0 0.25rem 1rem; color: var(--failed); }
.track { position: relative; height: 1.125rem; border-bottom: 1px solid var(--line); }
.inner .track { height: 0.75rem; }
.bar { position: absolute; top: 0; bottom: 0; min-width: 2px; background: var(--work); }
.boot { background: var(--boot); } .gate { background: var(--gate); } .serve { background: var(--serve); } .drain { background: var(--drain); }
.shutdown { background: var(--shutdown); }
.bar.failed { background: var(--failed); }
.open { background: repeating-linear-gradient(135deg, var(--open) 0 4px, transparent 4px 8px); }
.ticks { display: flex; justify-content: space-between; font-size: 0.75rem; }
.waits { list-style: none; padding: 0; font-size: 0.875rem; }
.waits li { padding: 0.125rem 0; }
time { display: inline-block; min-width: 4.5rem; }
@media (max-width: 40rem) {
  .lane { grid-template-columns: 1fr; padding: 0.375rem 0; }
  .axis span:empty { display: none; }
}
`;
