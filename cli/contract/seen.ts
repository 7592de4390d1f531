import type { Answer } from "./account";
import type { Seen } from "./claim";
import type { Stage } from "./stage";

/** A DELETE may show late. */
export const goneSeconds = 120;

/** Whether an answer has a status, and the beginning of a message where one is said. */
export function seenStatus(answer: Answer, status: number, message?: string): Seen {
  const said = answer.body?.["message"];
  const words = typeof said === "string" ? said : undefined;
  const holds = answer.status === status && (message === undefined || words?.toLowerCase().startsWith(message.toLowerCase()) === true);
  return { holds, evidence: words === undefined ? `${answer.status}` : `${answer.status} ${JSON.stringify(words)}` };
}

/** Whether a thing has these values. */
export function seenValues(thing: object, wanted: Readonly<Record<string, unknown>>): Seen {
  const values = Object.fromEntries(Object.keys(wanted).map((name) => [name, (thing as Record<string, unknown>)[name]]));
  return { holds: JSON.stringify(values) === JSON.stringify(wanted), evidence: JSON.stringify(values) };
}

/** Whether a DELETE is answered 204, and a second one 404 once the thing is gone. */
export async function seenGone(stage: Stage, path: string): Promise<Seen> {
  const first = await stage.ask("DELETE", path);
  let second: Answer | undefined;
  await stage.within(goneSeconds, async () => {
    second = await stage.ask("DELETE", path);
    return second.status === 404 || undefined;
  });
  return seenValues({ first: first.status, second: second?.status }, { first: 204, second: 404 });
}

export function cannotTell(evidence: string): Seen {
  return { holds: undefined, evidence };
}
