import type { ActionWire } from "../../../provider/api/wire";
import { Copies } from "../../../provider/watch/copies";

function action(id: number, status: ActionWire["status"]): ActionWire {
  return {
    ...{ id, status, type: "transfer", resource_type: "image", resource_id: 1, region_slug: "ams3" },
    ...{ started_at: "2030-01-01T00:00:00Z", completed_at: null },
  };
}

describe("the copies of an image", () => {
  it("are there only once the image's regions say so", () => {
    const copies = new Copies();
    copies.copying("ams3", 7, 0);
    expect(copies.heard([action(7, "completed")], 1_000)).toBe(true);
    expect(copies.get("ams3")?.state).toBe("copying");
    copies.seen(["nyc3", "ams3"], 1_000);
    expect(copies.get("ams3")).toEqual({ state: "present" });
    expect(copies.ended).toBe(true);
  });

  it("fail when the regions don't name one for a minute after its action completed", () => {
    const copies = new Copies();
    copies.copying("ams3", 7, 0);
    copies.heard([action(7, "completed")], 1_000);
    copies.seen(["nyc3"], 60_999);
    expect(copies.get("ams3")?.state).toBe("copying");
    copies.seen(["nyc3"], 61_000);
    expect(copies.get("ams3")).toMatchObject({ state: "failed", actionId: 7 });
  });

  it("fail with an action that errored, unless the image is there all the same", () => {
    const copies = new Copies();
    copies.copying("ams3", 7, 0);
    expect(copies.heard([action(7, "errored")], 1_000)).toBe(true);
    expect(copies.get("ams3")).toMatchObject({ state: "failed", actionId: 7 });
    copies.seen(["ams3"], 1_000);
    expect(copies.get("ams3")).toEqual({ state: "present" });
  });

  it("don't take an action that isn't listed yet for one that ended", () => {
    const copies = new Copies();
    copies.copying("ams3", 7, 0);
    expect(copies.heard([action(6, "errored")], 1_000)).toBe(false);
    expect(copies.get("ams3")?.state).toBe("copying");
  });

  it("forget a copy that the image has lost", () => {
    const copies = new Copies();
    copies.seen(["nyc3", "ams3"], 0);
    copies.seen(["nyc3"], 1_000);
    expect(copies.get("ams3")).toBeUndefined();
  });

  it("are told region by region", () => {
    const copies = new Copies();
    copies.seen(["nyc3"], 0);
    copies.copying("ams3", 7, 0);
    copies.copying("fra1", 8, 0);
    copies.heard([action(8, "errored")], 0);
    copies.failed("lon1", "closed");
    expect(copies.describe(["nyc3", "ams3", "fra1", "lon1", "sgp1"])).toBe(
      "nyc3: there, ams3: being copied by action 7, fra1: action 8 failed, lon1: refused, sgp1: missing",
    );
  });
});
