import { duration } from "../../../provider/waiting/duration";
import { statusKey, statusLine, type ImageWait } from "../../../provider/watch/imageStatus";

const copying: ImageWait = {
  ...{ imageId: "123", phase: "copying", elapsed: 45_000, expected: 80_000, silence: 0 },
  regions: { done: 3, failed: 0, wanted: 10 },
};

describe("the status line of a wait", () => {
  it("tells regions done, elapsed and expected time of copies", () => {
    expect(statusLine(copying)).toBe("copying image 123, 3 of 10 regions, 45 s of about 1 min 20 s");
  });

  it("doesn't speak of an expectation that has passed, nor of regions while importing", () => {
    expect(statusLine({ ...copying, phase: "importing", elapsed: 95_000 })).toBe("importing image 123, 1 min 35 s");
  });

  it("tells what failed, and since when no answer came", () => {
    const line = statusLine({ ...copying, regions: { done: 3, failed: 1, wanted: 10 }, silence: 70_000 });
    expect(line).toBe(
      "copying image 123, 3 of 10 regions (1 failed), 45 s of about 1 min 20 s, no answer from DigitalOcean for 1 min 10 s, still asking",
    );
  });

  it("is another one when something happened, not when time passed", () => {
    expect(statusKey({ ...copying, elapsed: 50_000 })).toBe(statusKey(copying));
    expect(statusKey({ ...copying, regions: { done: 4, failed: 0, wanted: 10 } })).not.toBe(statusKey(copying));
  });
});

describe("a duration", () => {
  it.each([
    [400, "0 s"],
    [59_400, "59 s"],
    [59_600, "1 min 0 s"],
    [3_725_000, "1 h 2 min"],
  ])("of %d ms is %s", (milliseconds, text) => expect(duration(milliseconds)).toBe(text));
});
