import { useStack } from "../../helpers/engine";

test("runs a TypeScript program with its configuration, secrets and stack", async () => {
  const stack = await useStack({
    ownProcess: true,
    program: "tests/local/programs/plain",
    config: { "plain:greeting": "good day", "plain:zones": ["a", "b"] },
  });
  await stack.setSecret("plain:password", "pass-word-1");

  const up = await stack.up();

  expect(up).toMatchObject({ code: 0, stderr: "" });
  expect(up.stdout).not.toContain("warning");
  expect(up.stdout).not.toContain("pass-word-1");
  expect(await stack.outputs()).toEqual({
    greeting: "good day",
    organization: "organization",
    password: "pass-word-1",
    stack: "test",
    zoneCount: 2,
  });
});

test("shows the program's own message and output when it fails, and nothing else", async () => {
  const stack = await useStack({ ownProcess: true, program: "tests/local/programs/failing" });

  const up = await stack.up();

  expect(up.code).not.toBe(0);
  expect(up.stdout).toContain("about to fail");
  expect(up.stdout).toContain("the greeting is missing");
  expect(up.stdout).not.toContain("non-zero exit code");
});

test("says the exit code of a program that ends itself", async () => {
  const stack = await useStack({ ownProcess: true, program: "tests/local/programs/failing", config: { "failing:exit": true } });

  const up = await stack.up();

  expect(up.code).not.toBe(0);
  expect(up.stdout).toContain("Program exited with non-zero exit code: 7");
});
