import { createInterface } from "node:readline/promises";

/** Asks a person before something is spent or deleted, on the output that holds no data. An input that ends is a no. */
export async function isConfirmed(question: string, output: NodeJS.WritableStream): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output });
  const closed = new Promise<string>((resolve) => terminal.once("close", () => resolve("")));
  const answer = await Promise.race([terminal.question(`${question} Type \`yes\`: `), closed]);
  terminal.close();
  return answer.trim() === "yes";
}
