import { dropletName, slotOf } from "../../../provider/rollout/dropletName";
import {
  creationTag,
  creationTagOf,
  fleetIdOf,
  fleetTag,
  programTag,
  programTagsOf,
  servingTag,
  templateOf,
  templateTag,
} from "../../../provider/rollout/fleetTags";

test("a Droplet's name says its slot, also after a prefix of digits", () => {
  expect(dropletName("web-2", 13, "0123456789ab")).toBe("web-2-13-0123");
  expect(slotOf("web-2-13-0123")).toBe(13);
  expect([slotOf("database"), slotOf("web-2"), slotOf("web-13-wxyz")]).toEqual([undefined, undefined, undefined]);
});

test("tags say fleet, template and creation, and fit the service's pattern", () => {
  const creation = creationTag("", "urn:pulumi:dev::shop::imagefleet:index:Fleet::web", "ams3");
  const program = programTag("", "urn:pulumi:dev::shop::imagefleet:index:Fleet::web");
  const tags = ["shop", servingTag("abc"), fleetTag("abc"), templateTag("0123456789ab"), creation, program];
  expect(programTagsOf(tags)).toEqual([program]);
  expect([fleetIdOf(tags), templateOf(tags), creationTagOf(tags)]).toEqual(["abc", "0123456789ab", creation]);
  expect([fleetIdOf(["shop"]), templateOf([]), creationTagOf(["shop"])]).toEqual([undefined, undefined, undefined]);
  expect(tags.every((tag) => /^[a-z0-9_\-:]{1,255}$/.test(tag))).toBe(true);
});

test("the creation tag differs by namespace, URN and region", () => {
  const made = [
    creationTag("", "urn", "ams3"),
    creationTag("a", "urn", "ams3"),
    creationTag("", "urn2", "ams3"),
    creationTag("", "urn", "fra1"),
  ];
  expect(new Set(made).size).toBe(4);
});
