import { html, raw } from "hono/html";
import { duration } from "../../provider/waiting/duration";
import type { Bar, BarKind, Lane } from "./lanes";
import { pageStyle } from "./pageStyle";
import type { Group, Run, Spoken, Wanted } from "./run";
import { tilesOf, timeOf, titleOf } from "./tiles";

type Markup = ReturnType<typeof html>;

/** What the stretches of the time line are called. */
const legend: readonly (readonly [kind: BarKind, name: string])[] = [
  ["work", "at work"],
  ["boot", "being created"],
  ["gate", "waiting for its gate"],
  ["serve", "serving"],
  ["drain", "draining"],
  ["shutdown", "shutting down, being deleted"],
  ["failed", "failed"],
  ["open", "not ended"],
];

/** The run as one HTML file that fetches nothing. `html` escapes all that it is given. */
export async function pageReport(run: Run): Promise<string> {
  const title = titleOf(run);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${title}: ${run.outcome}</title>
        <style>
          ${raw(pageStyle)}
        </style>
      </head>
      <body>
        <header>
          <h1>${title}</h1>
          ${run.startedAt === 0 ? "" : html`<p>${timeOf(run.startedAt)}</p>`}
        </header>
        <dl class="tiles">
          ${tilesOf(run).map(
            ([what, value]) =>
              html`<div class="${what === "Outcome" ? run.outcome : ""}">
                <dt>${what}</dt>
                <dd>${value}</dd>
              </div>`,
          )}
        </dl>
        ${section("left", "Left to do", run.left.length === 0 ? html`<p>Nothing is left to do.</p>` : list(run.left))}
        ${run.problems.length === 0 ? "" : section("problems", "Errors and warnings", run.problems.map(problem))}
        ${run.wanted.length === 0 ? "" : section("wanted", "What was wanted", html`<div class="cards">${run.wanted.map(card)}</div>`)}
        ${run.groups.length === 0 ? "" : section("timeline", "What happened", timeline(run))}
        ${run.waits.length === 0 ? "" : section("waits", "Waits and their causes", waits(run))}
      </body>
    </html>`;
  return `${(await page).toString()}\n`;
}

function section(id: string, name: string, content: Markup | readonly Markup[]): Markup {
  return html`<section id="${id}">
    <h2>${name}</h2>
    ${content}
  </section>`;
}

function list(items: readonly string[]): Markup {
  return html`<ul>
    ${items.map((item) => html`<li>${withCode(item)}</li>`)}
  </ul>`;
}

function problem({ severity, about, text }: Spoken): Markup {
  return html`<p class="problem ${severity}"><strong>${severity}${about === "" ? "" : `, ${about}`}</strong> ${withCode(text)}</p>`;
}

/** What stands between backticks is code. */
function withCode(text: string): readonly (Markup | string)[] {
  return text.split("`").map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : part));
}

function card({ name, facts }: Wanted): Markup {
  const rows = facts
    .filter(([, value]) => value !== "")
    .map(
      ([what, value]) =>
        html`<dt>${what}</dt>
          <dd>${value}</dd>`,
    );
  return html`<div class="card">
    <h3>${name}</h3>
    <dl>${rows}</dl>
  </div>`;
}

function timeline({ groups, startedAt, endedAt }: Run): Markup {
  const used = new Set(groups.flatMap(({ lanes }) => lanes.flatMap(({ bars }) => bars.map(({ kind }) => kind))));
  const span = Math.max(endedAt - startedAt, 1);
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) => html`<span>${duration(part * span * 1_000)}</span>`);
  return html`
    <p class="legend">
      ${legend.filter(([kind]) => used.has(kind)).map(([kind, name]) => html`<span><i class="bar ${kind}"></i>${name}</span>`)}
    </p>
    ${groups.map((group) => groupOf(group, startedAt, span))}
    ${
      used.size === 0
        ? ""
        : html`<div class="lane axis">
            <span></span>
            <div class="ticks">${ticks}</div>
            <span></span>
          </div>`
    }
  `;
}

function groupOf({ name, lanes }: Group, startedAt: number, span: number): Markup {
  return html`<h3>${name}</h3>
    ${lanes.map((lane) => laneOf(lane, startedAt, span))}`;
}

function laneOf({ label, bars, state, cause, isInner }: Lane, startedAt: number, span: number): Markup {
  const track = html`<div class="track">${bars.map((bar) => barOf(bar, startedAt, span))}</div>`;
  return html`<div class="lane${isInner ? " inner" : ""}">
    <span class="label">${label}</span>${track}<span class="state">${state}</span
    >${cause === undefined ? "" : html`<p class="cause">${withCode(cause)}</p>`}
  </div>`;
}

function barOf({ kind, from, to }: Bar, startedAt: number, span: number): Markup {
  const part = (seconds: number): number => Math.min(100, Math.max(0, (100 * seconds) / span));
  const left = part(from - startedAt);
  const name = legend.find(([one]) => one === kind)?.[1] ?? kind;
  const style = `left:${left.toFixed(2)}%;width:${(part(to - startedAt) - left).toFixed(2)}%`;
  return html`<i class="bar ${kind}" style="${style}" title="${name}, ${duration((to - from) * 1_000)}"></i>`;
}

function waits({ waits: said, startedAt }: Run): Markup {
  const rows = said.map(
    ({ at, about, text }) => html`<li><time>${duration((at - startedAt) * 1_000)}</time> <b>${about}</b> <span>${text}</span></li>`,
  );
  return html`<ol class="waits">
    ${rows}
  </ol>`;
}
