import { startEmulator, type StartEmulatorArgs } from "../../emulator/main";
import type { LoggedRequest } from "../../emulator/requestLog";
import { validateLog } from "./conformance";

/** A running emulator and a hand on its controls. */
export interface EmulatorUnderTest {
  readonly url: string;
  readonly token: string;
  /** POSTs `body` to a control, or GETs it without one, and returns the answer's JSON. Throws its message where the control refuses. */
  readonly control: (path: string, body?: unknown) => Promise<Record<string, unknown>>;
  /** The requests to the API so far, in the order of arrival. */
  readonly requests: () => Promise<readonly LoggedRequest[]>;
  /** Sends one request to the API with the token. */
  readonly call: <Body = unknown>(method: string, path: string, body?: unknown) => Promise<ApiAnswer<Body>>;
  /** Ends it. Throws where an answer of the whole run was not as DigitalOcean's schema says. */
  readonly close: () => Promise<void>;
}

/** An answer of the API, its body as the test expects it to be. */
export interface ApiAnswer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** Starts an emulator in this process on a free port. The test closes it, once. */
export async function useEmulator(args: StartEmulatorArgs = {}): Promise<EmulatorUnderTest> {
  const emulator = await startEmulator({ ...args, options: { keepAnswers: true, ...args.options } });
  const { url, token } = emulator;
  const control = async (path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
    const response = await fetch(`${emulator.control}/${path.replace(/^\//, "")}`, init);
    const answer = (await response.json()) as Record<string, unknown>;
    if (!response.ok) throw new Error(String(answer.message));
    return answer;
  };
  const call = async <Body>(method: string, path: string, body?: unknown): Promise<ApiAnswer<Body>> => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const response = await fetch(`${url}${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: (text === "" ? undefined : JSON.parse(text)) as Body };
  };
  const requests = async (): Promise<readonly LoggedRequest[]> => (await control("requests")).requests as readonly LoggedRequest[];
  const close = async (): Promise<void> => {
    const { keepAnswers } = await control("options");
    const faults = keepAnswers === true ? validateLog(await requests()) : [];
    await emulator.close();
    if (faults.length > 0) throw new Error(`The emulator answered otherwise than DigitalOcean would:\n${faults.join("\n")}`);
  };
  return { url, token, control, requests, call, close };
}
