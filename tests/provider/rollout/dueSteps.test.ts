import { DueSteps } from "../../../provider/rollout/dueSteps";
import type { Step } from "../../../provider/rollout/step";

const serve: Step = { kind: "serve", ids: ["1", "2"] };
const create: Step = { kind: "create", slots: [0] };

test("a step that lists are slow to show is done again every five seconds, and not at every look", () => {
  const steps = new DueSteps();
  const doneAt: number[] = [];
  for (let now = 0; now <= 25_000; now += 300) {
    const due = steps.of([serve], now > 0, now);
    if (due.length > 0) doneAt.push(now);
    steps.record([serve], due, [], now);
  }
  expect(doneAt).toEqual([0, 5_100, 10_200, 15_300, 20_400]);
});

test("one that could not be done is tried again at the next look, and not before it", () => {
  const steps = new DueSteps();
  steps.record([create], steps.of([create], false, 0), [create], 0);
  expect(steps.of([create], false, 1)).toEqual([]);
  expect(steps.of([create], true, 2)).toEqual([create]);
});

test("one that the plan had no more in between is new again, and another step beside it changes nothing", () => {
  const steps = new DueSteps();
  steps.record([serve], steps.of([serve], false, 0), [], 0);
  expect(steps.of([serve, create], false, 1)).toEqual([create]);
  steps.record([create], [create], [], 1);
  expect(steps.of([serve], false, 2)).toEqual([serve]);
});
