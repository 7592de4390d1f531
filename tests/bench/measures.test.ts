import { median } from "../../bench/median";
import { exactly, isMet, atMost, rounded } from "../../bench/row";
import { criticalPath } from "../../bench/up";
import { rows } from "../../bench/table";

async function measure(id: string): Promise<number> {
  const measured = await rows.find((row) => row.id === id)?.measure();
  return measured?.value ?? NaN;
}

describe("rows on virtual time", () => {
  it("need about as many requests in an hour for fifteen copies of an image as for one", async () => {
    const [one, fifteen] = [await measure("requests.regions1"), await measure("requests.regions15")];
    expect(one).toBeGreaterThan(300);
    expect(fifteen - one).toBeLessThanOrEqual(20);
  });

  it("measure the lag from the moment a copy is ready: never below nothing, its mean below its worst", async () => {
    const [mean, worst] = [await measure("lag.mean"), await measure("lag.worst")];
    expect(mean).toBeGreaterThan(0);
    expect(worst).toBeGreaterThan(mean);
    expect(worst).toBeLessThan(60);
  });

  it("count what the runs after a kill ask for", async () => {
    expect([await measure("resume.imports"), await measure("resume.transfers")]).toEqual([0, 6]);
  });

  it("count the writes by which a kept version is taken back", async () => {
    expect(await measure("adopt.requests")).toBe(2);
  });

  it("count the looks at an errored transfer and the requests of a refresh", async () => {
    expect(await measure("errored.ticks")).toBe(1);
    expect(await measure("refresh.images20regions10")).toBe(20);
  });
});

describe("figures", () => {
  it("take the middle of the values, whatever their order", () => {
    expect([median([3, 1, 2]), median([4, 1, 3, 2]), median([7]), median([])]).toEqual([2, 2.5, 7, NaN]);
  });

  it("keep three digits, and no fraction from a hundred on", () => {
    expect([0.97431, 12.345, 468.4, 1_363.2, 0].map(rounded)).toEqual([0.974, 12.3, 468, 1_363, 0]);
  });

  it("meet a target at its very value", () => {
    expect([isMet(atMost(1.1), 1.1), isMet(atMost(1.1), 1.101), isMet(exactly(6), 6), isMet(exactly(6), 5)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  it("have no transfer in the critical path of an image that stays in its home region", () => {
    expect([criticalPath(1), criticalPath(2)]).toEqual([
      [5, 5],
      [5, 20, 5],
    ]);
  });

  it("model the official provider by when it asks: 10, 13, 19, 29 s after a thing began", async () => {
    // Import 5 s, copies of 20 s noticed after 29 s one after the other, Droplet noticed after 10 s.
    expect(await measure("model.official.regions5")).toBe((5 + 4 * 29 + 10) / 30);
    expect(await measure("model.official.regions1")).toBe(15 / 10);
  });
});
