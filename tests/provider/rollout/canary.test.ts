import * as fc from "fast-check";
import { approvalOf, canaryPath, type Stage, stageOf } from "../../../provider/rollout/canary";
import type { Version } from "../../../provider/rollout/settings";

const version = (fingerprint: string): Version => ({ fingerprint, template: { image: "1", size: "s-1vcpu-1gb" } });
const [before, target] = [version("aaa"), version("bbb")];
const anyStage = fc.record({
  count: fc.oneof(
    fc.nat(12).map(String),
    fc.nat(100).map((percent) => `${percent}%`),
  ),
  bakeSeconds: fc.nat(60),
  pause: fc.boolean(),
});

test("ends with the target in every slot where each pause is approved in turn, one pause a run", () => {
  fc.assert(
    fc.property(fc.array(anyStage, { maxLength: 5 }), fc.nat(12), (stages: readonly Stage[], count) => {
      let [awaiting, approved]: (string | undefined)[] = [];
      const pauses: number[] = [];
      for (let run = 0; run <= stages.length; run += 1) {
        const path = canaryPath(stages, target, before, count, { awaiting, approved });
        const last = path.at(-1)!;
        expect(path.filter((goal) => goal.awaiting !== undefined)).toEqual(last.awaiting === undefined ? [] : [last]);
        expect(path.every(({ slots }) => slots.length === count)).toBe(true);
        const many = path.map(({ slots }) => slots.filter((one) => one === "bbb").length);
        expect(many).toEqual([...many].sort((one, other) => one - other));
        if (last.awaiting === undefined) {
          expect(last.slots).toEqual(Array(count).fill("bbb"));
          break;
        }
        // Without the approval it stays where it is, and asks for nothing before that stage.
        const again = canaryPath(stages, target, before, count, { awaiting: last.awaiting, approved });
        expect(again).toEqual([last]);
        pauses.push(stageOf(last.awaiting).stage);
        awaiting = approved = last.awaiting;
      }
      expect(pauses).toEqual(stages.flatMap(({ pause }, at) => (pause ? [at + 1] : [])));
    }),
  );
});

test("begins again for another template, whatever was approved", () => {
  const stages = [{ count: "1", bakeSeconds: 0, pause: true }];
  const other = approvalOf("ccc", 1);
  const path = canaryPath(stages, target, before, 3, { awaiting: other, approved: other });
  expect(path.map(({ awaiting, slots }) => [awaiting, slots])).toEqual([["bbb/1", ["bbb", "aaa", "aaa"]]]);
});
