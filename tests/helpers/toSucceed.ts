import type { Result } from "../../local/stack";

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- Jest's own types are extended this way.
  namespace jest {
    interface Matchers<R> {
      /** Of a command of the engine: ends with exit code 0. Shows all that it printed where it doesn't. */
      toSucceed(): R;
    }
  }
}

expect.extend({
  toSucceed: ({ code, stdout, stderr }: Result) => ({
    pass: code === 0,
    message: () => `The command ended with ${code ?? "a signal"}:\n${stdout}${stderr}`,
  }),
});
