import { copyFaults, waitedRegions } from "../../components/waitFor";

const regions = ["nyc3", "ams3", "fra1"];

test("waits for all, for the first, or for those named in the order of the regions", () => {
  expect(waitedRegions("all", regions)).toEqual(regions);
  expect(waitedRegions("home", regions)).toEqual(["nyc3"]);
  expect(waitedRegions(["fra1", "nyc3"], regions)).toEqual(["nyc3", "fra1"]);
});

test.each([["all"], ["home"], [["ams3"]]])("accepts %j", (waitFor) => {
  expect(copyFaults(regions, waitFor)).toEqual([]);
});

test.each<[unknown, unknown, string[]]>([
  [[], "all", ['`regions` must name at least one region, such as `["nyc3"]`, got an empty list.']],
  ["nyc3", "all", ['`regions` must be a plain list of region slugs, for it decides which resources exist, got "nyc3".']],
  [undefined, "all", ["`regions` must be a plain list of region slugs, for it decides which resources exist, got nothing."]],
  [
    ["nyc3", 3, ""],
    "all",
    ["`regions[1]` must be a region slug such as `ams3`, got 3.", '`regions[2]` must be a region slug such as `ams3`, got "".'],
  ],
  [regions, [], ['`waitFor` must name at least one region, such as `["nyc3"]`, got an empty list.']],
  [regions, ["sfo3"], ['`waitFor[0]` must be one of `regions`, which are nyc3, ams3, fra1, got "sfo3".']],
  [regions, ["ams3", "ams3"], ['`waitFor[1]` must be a region not named before, but "ams3" is `waitFor[0]` already.']],
  [
    ["NYC3"],
    ["NYC3"],
    ['`regions[0]` must be a region slug such as `ams3`, got "NYC3".', '`waitFor[0]` must be a region slug such as `ams3`, got "NYC3".'],
  ],
])("refuses regions %j with waitFor %j", (regions, waitFor, faults) => {
  expect(copyFaults(regions, waitFor)).toEqual(faults);
});
