import { redactor } from "../../../provider/host/redaction";

test("blanks out secrets wherever they stand in a secret property, longest first", () => {
  const values = { token: "abcdef", source: { urls: ["https://x/abcdef"] }, name: "public-name" };
  const redact = redactor({ values, secrets: new Set(["token", "source", "absent"]) });
  expect(redact("abcdef at https://x/abcdef of public-name")).toBe("[secret] at [secret] of public-name");
});

test("leaves words alone that are too short to be a secret", () => {
  expect(redactor({ values: { pin: "80" }, secrets: new Set(["pin"]) })("port 80")).toBe("port 80");
});
