import { isLoopback } from "../../../provider/rules/loopback";
import { isRegionSlug } from "../../../provider/rules/regionSlug";
import { sameMembers } from "../../../provider/rules/sameMembers";
import { hasTag, isReservedTag, isTag, sameTags, tagsWithout } from "../../../provider/rules/tag";

test("a region slug is a city and a number", () => {
  expect(["nyc3", "ams3", "mkc1", "a1", "Amsterdam", "nyc", "NYC3", "toolongcity1", ""].filter(isRegionSlug)).toEqual([
    "nyc3",
    "ams3",
    "mkc1",
  ]);
});

test("compares lists without order and repetition", () => {
  expect([sameMembers(["a", "b"], ["b", "a", "a"]), sameMembers(["a"], ["a", "b"])]).toEqual([true, false]);
});

test("a tag is 1 to 255 letters, digits and three signs, and those of imagefleet are reserved in any spelling", () => {
  expect(["prod", "a:b_c-d", "", "a b", "x".repeat(256)].filter(isTag)).toEqual(["prod", "a:b_c-d"]);
  expect(["imagefleet:x", "ImageFleet:x", "imagefleet"].filter(isReservedTag)).toEqual(["imagefleet:x", "ImageFleet:x"]);
});

test("tags are compared without case, as DigitalOcean does", () => {
  expect(hasTag(["Prod"], "prod")).toBe(true);
  expect(sameTags(["Prod", "web"], ["WEB", "prod"])).toBe(true);
  expect(tagsWithout(["Prod", "web"], ["prod"])).toEqual(["web"]);
  expect(hasTag(null, "prod")).toBe(false);
});

test("loopback is 127.0.0.0/8, ::1 and localhost", () => {
  expect(["127.0.0.1", "127.9.8.7", "localhost", "[::1]", "128.0.0.1", "10.0.0.1", "localhost.example.com"].filter(isLoopback)).toEqual([
    "127.0.0.1",
    "127.9.8.7",
    "localhost",
    "[::1]",
  ]);
});
