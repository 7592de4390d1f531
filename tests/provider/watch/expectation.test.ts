import type { ActionWire } from "../../../provider/api/wire";
import { expectedTransfer } from "../../../provider/watch/expectation";

function transfer(seconds: number, fields: Partial<ActionWire> = {}): ActionWire {
  const ended = new Date(Date.UTC(2030, 0, 1) + seconds * 1_000).toISOString();
  return {
    ...{ id: 1, status: "completed", type: "transfer", resource_type: "image", resource_id: 1, region_slug: "ams3" },
    ...{ started_at: "2030-01-01T00:00:00Z", completed_at: ended },
    ...fields,
  };
}

describe("what a transfer is expected to take", () => {
  it("is the median of the image's own transfers, none sooner than a little before the quickest", () => {
    const own = [300, 100, 200].map((seconds) => transfer(seconds));
    expect(expectedTransfer(own, [transfer(5)], 1)).toEqual({ usual: 200_000, soonest: 80_000 });
  });

  it("is what the account's other transfers took where the image has none", () => {
    expect(expectedTransfer([], [transfer(50)], 1)).toEqual({ usual: 50_000, soonest: 40_000 });
  });

  it("leaves out what didn't complete, isn't of an image, or isn't a transfer", () => {
    const others = [
      transfer(10, { status: "errored" }),
      transfer(10, { status: "in-progress", completed_at: null }),
      transfer(10, { resource_type: "droplet" }),
      transfer(10, { type: "convert" }),
    ];
    expect(expectedTransfer(others, others, undefined)).toBeUndefined();
  });

  it("is no usual time where nothing was ever copied: the stored size tells only before when it is not worth a look", () => {
    expect(expectedTransfer([], [], 2)).toEqual({ soonest: 40_000 });
    expect(expectedTransfer([], [], null)).toBeUndefined();
  });
});
