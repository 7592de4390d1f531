import { nearest } from "../../../provider/rules/nearest";

const known = ["regions", "image", "sshKeys", "count"];

test.each([
  ["regoins", "regions"],
  ["sshkeys", "sshKeys"],
  ["Image", "image"],
  ["counts", "count"],
])("%s means %s", (given, meant) => expect(nearest(given, known)).toBe(meant));

test.each(["colour", "x", "vpcUuid"])("%s means none of them", (given) => expect(nearest(given, known)).toBeUndefined());

test("nothing is near where nothing is known", () => expect(nearest("image", [])).toBeUndefined());
