import { useStack, type Running } from "../../helpers/engine";

test("an interrupted engine ends the program within seconds", async () => {
  const up = await startWaitingProgram();

  up.running.kill("SIGINT");
  const { code } = await up.running.ended;

  expect(code).toBe(1);
  expect(isThere(up.program)).toBe(false);
});

test("a killed engine leaves neither language host nor program behind", async () => {
  const up = await startWaitingProgram();

  up.running.kill("SIGKILL");
  await up.running.ended;

  await expect(gone(up.program)).resolves.toBe(true);
});

async function startWaitingProgram(): Promise<{ running: Running; program: number }> {
  const stack = await useStack({ ownProcess: true, program: "tests/local/programs/waiting" });
  const running = stack.start("up", "--yes", "--skip-preview");
  const [, pid] = await running.waitForOutput(/waiting in process (\d+)\./);
  return { running, program: Number(pid) };
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function gone(pid: number): Promise<true> {
  while (isThere(pid)) await new Promise((resolve) => setTimeout(resolve, 50));
  return true;
}
