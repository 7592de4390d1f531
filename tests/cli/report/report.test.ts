import { readEngineRecord } from "../../../cli/report/engineEvents";
import { markdownReport } from "../../../cli/report/markdown";
import { pageReport } from "../../../cli/report/page";
import { runOf, type Run } from "../../../cli/report/run";
import { copyStep, fleetStep, importStep, RecordedRun, urnOf } from "./recordedRun";

const runOfText = (text: string): Run => runOf(readEngineRecord(text));

function rolled(run: RecordedRun): object {
  const times = { createdAt: run.time(30), activeAt: run.time(40), servedAt: run.time(45) };
  const droplets = [
    { id: "2", name: "web-0-new", slot: 0, image: "12", ...times },
    {
      id: "1",
      name: "web-0-old",
      slot: 0,
      image: "11",
      activeAt: run.time(30),
      servedAt: run.time(30),
      withdrawnAt: run.time(45),
      shutDownAt: run.time(50),
      deletedAt: run.time(55),
    },
    { id: "3", name: "web-1-new", slot: 1, image: "12", createdAt: run.time(46), activeAt: run.time(56), failure: "It never answered." },
  ];
  const lastChange = { startedAt: run.time(30), endedAt: run.time(60), requests: 40, droplets };
  return { lastChange, live: [{ slot: 0, serving: true }], priceMonthly: 6, count: 2 };
}

test("lays the stretches of each Droplet's life side by side, by slot", () => {
  const run = new RecordedRun();
  run
    .begins(30, fleetStep())
    .fails(60, fleetStep(rolled(run)))
    .summary(61, "failed");
  const [fleet, ...droplets] = runOfText(String(run)).groups.flatMap(({ lanes }) => lanes);
  const bars = (at: number) => droplets[at]?.bars.map(({ kind, from, to }) => [kind, from - 1_795_860_000, to - 1_795_860_000]);
  expect(fleet).toMatchObject({ label: "Roll web", state: "failed after 30 s" });
  expect(droplets.map(({ label, state, cause }) => [label, state, cause])).toEqual([
    ["0: web-0-new", "serving", undefined],
    ["0: web-0-old", "deleted", undefined],
    ["1: web-1-new", "failed", "It never answered."],
  ]);
  expect(bars(0)).toEqual([["boot", 30, 40], ["gate", 40, 45], ["serve", 45, 60]]); // prettier-ignore
  expect(bars(1)).toEqual([["gate", 30, 30], ["serve", 30, 45], ["drain", 45, 50], ["shutdown", 50, 55]]); // prettier-ignore
  expect(bars(2)).toEqual([["failed", 46, 56], ["failed", 56, 60]]); // prettier-ignore
});

test("counts requests and price by the outputs of this run alone", () => {
  const run = new RecordedRun();
  run.begins(0, importStep()).ends(9, importStep({ imageId: "12", sizeGigabytes: 10 }));
  run
    .begins(30, fleetStep())
    .ends(60, fleetStep(rolled(run)))
    .summary(61);
  expect(runOfText(String(run))).toMatchObject({ outcome: "succeeded", requests: 40, priceMonthly: 12.6 });

  const earlier = rolled(new RecordedRun(1_795_000_000));
  const unchanged = { ...fleetStep(earlier), op: "same" };
  const silent = new RecordedRun().begins(1, unchanged).ends(2, unchanged).summary(3);
  expect(runOfText(String(silent))).toMatchObject({ groups: [], priceMonthly: 12 });
  expect(runOfText(String(silent)).requests).toBeUndefined();
});

test("a killed run is told up to its last whole event, with what it left open", () => {
  const run = new RecordedRun()
    .begins(0, importStep())
    .ends(9, importStep({ imageId: "12" }))
    .begins(9, copyStep("ams3"));
  const told = runOfText(`${String(run)}{"sequence":9,"timestamp":17958`);
  expect(told).toMatchObject({ project: "shop", stack: "prod", outcome: "interrupted" });
  expect(told.groups[0]).toMatchObject({
    name: "Resources",
    lanes: [{ state: "9 s" }, { label: "Copy to ams3", state: "not ended", bars: [{ kind: "open" }] }],
  });
  expect(told.left).toEqual([expect.stringContaining("`pulumi cancel`"), "Not ended: ImageReplica web-ams3."]);
});

test("what was planned and never begun is left to do after a failure", () => {
  const steps = [importStep(), copyStep("ams3")].map((step) => ({
    op: step.op,
    urn: urnOf(step),
    newState: { custom: true, inputs: step.inputs },
  }));
  const run = new RecordedRun()
    .begins(0, importStep())
    .says(1, importStep(), "error", "No image.")
    .fails(1, importStep())
    .summary(2, "failed");
  const told = runOfText(`${JSON.stringify({ steps }, null, 4)}\n${String(run)}`);
  expect(told.left).toEqual([expect.stringMatching(/^Failed: ImageImport web\. Remove the cause/), "Not begun: ImageReplica web-ams3."]);
  expect(told.problems).toEqual([{ at: 1_795_860_001, severity: "error", about: "web", text: "No image." }]);
});

test("a preview alone is told as a plan", () => {
  const steps = [{ op: "create", urn: urnOf(importStep()), newState: { custom: true, inputs: importStep().inputs } }];
  const told = runOfText(JSON.stringify({ steps, diagnostics: [{ severity: "warning", message: "Mind the gap." }] }));
  expect(told).toMatchObject({ outcome: "planned", left: ["Run `pulumi up` to make 1 change."] });
  expect(told.problems).toMatchObject([{ severity: "warning", text: "Mind the gap." }]);
});

test("a canary that waits for approval is left to do", () => {
  const waiting = { live: [{ serving: true }, { serving: true }], rollout: { awaiting: "12/1" } };
  const run = new RecordedRun().begins(0, fleetStep()).ends(9, fleetStep(waiting)).summary(9);
  expect(runOfText(String(run)).left).toEqual([
    'Fleet web has paused: to let it go on, set `rollout.approved: "12/1"` and run `pulumi up`.',
  ]);
});

test.each(["", "hello", "{}", '{"steps":1}', "[1]"])("refuses %j, which is none of the engine's", (text) => {
  expect(() => readEngineRecord(text)).toThrow(/^The file must hold what `pulumi up --json`, .* holds no event of the engine\.$/);
});

describe("text of others", () => {
  const evil = `<script>alert(1)</script> <img src=x onerror="x"> | a\n# b [c](javascript:d) \`e\` @team https://tracker.example.com/x`;
  const said = { ...importStep(), name: evil, inputs: { source: { url: evil }, region: evil } };
  const run = runOfText(
    String(new RecordedRun().begins(0, said).says(1, said, "info", evil).says(1, said, "error", evil).fails(2, said).summary(2, "failed")),
  );

  test("is no markup in the page", async () => {
    const page = await pageReport(run);
    expect(page).not.toMatch(/<script|<img|onerror="/);
    expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
  });

  test("is no markup, link or mention in Markdown, and no second row", () => {
    const text = markdownReport(run);
    expect(text).not.toMatch(/<|@|https?:\/\/|[^\\]\]\(|^# b/m);
    for (const line of text.split("\n")) if (line.startsWith("| Import")) expect(line.match(/(?<!\\)\|/g)).toHaveLength(3);
  });
});
