import type { Answer } from "./account";
import type { Seen } from "./claim";

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

export function cannotTell(evidence: string): Seen {
  return { holds: undefined, evidence };
}
