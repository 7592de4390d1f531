import { spawn } from "node:child_process";
import { RunResponse } from "@pulumi/pulumi/proto/language_pb";
import type { ProgramCommand } from "./programCommand";

/** What a program's process returns when it has shown its error itself: the engine then adds nothing. */
const errorWasShown = 32;

/** Less than the 5 s after which the engine ends the language host itself and could leave the program behind. */
const graceSeconds = 3;

/** A program that runs. */
export interface RunningProgram {
  /** How it ended; never rejects. */
  readonly ended: Promise<RunResponse>;
  /** Asks it to stop, as Ctrl-C does, and ends it where it does not. Resolves when it is gone. */
  stop(): Promise<void>;
}

/** Starts a program whose output goes where this process's output goes: to the engine, which shows it. */
export function startProgram({ executable = process.execPath, environment, ...command }: ProgramCommand): RunningProgram {
  const child = spawn(executable, command.arguments, {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const ended = new Promise<RunResponse>((resolve) => {
    child.once("error", (error) => resolve(failure(`The program could not be started: ${error.message}.`)));
    child.once("exit", (code, signal) => resolve(describeEnd(code, signal)));
  });
  const stop = async () => {
    child.kill("SIGINT");
    const grace = setTimeout(() => child.kill("SIGKILL"), graceSeconds * 1000);
    await ended.finally(() => clearTimeout(grace));
  };
  return { ended, stop };
}

function describeEnd(code: number | null, signal: NodeJS.Signals | null): RunResponse {
  if (code === 0) return new RunResponse();
  if (code === errorWasShown) return new RunResponse().setBail(true);
  return failure(code === null ? `Program was ended by ${signal ?? "a signal"}` : `Program exited with non-zero exit code: ${code}`);
}

function failure(message: string): RunResponse {
  return new RunResponse().setError(message);
}
