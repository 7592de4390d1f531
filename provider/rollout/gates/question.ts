import type { NoAnswer, World } from "../../world";

/** What is asked of a Droplet's address; several are asked side by side, and all must be answered well. */
export interface Questions {
  /** A GET; `status` are the good ones, as `200-399` or `204`. */
  readonly http?: {
    readonly port: number;
    readonly path: string;
    readonly status: readonly string[];
    readonly https: boolean;
    readonly host?: string;
  };
  /** A connection. */
  readonly tcp?: { readonly port: number };
  /** A connection on which an SSH server says its name. */
  readonly ssh?: { readonly port: number };
}

/** Undefined for a good answer. */
export type Fault = NoAnswer | undefined;

/** Puts every question to the address; one function each. */
export function put(questions: Questions, address: string, { probe }: World, signal: AbortSignal): readonly Promise<Fault>[] {
  const { http, tcp, ssh } = questions;
  const asked: Promise<Fault>[] = [];
  if (http !== undefined) asked.push(askHttp(http, address, probe, signal));
  if (tcp !== undefined) asked.push(askTcp(tcp.port, address, probe, signal));
  if (ssh !== undefined) asked.push(askSsh(ssh.port, address, probe, signal));
  return asked;
}

/** Whether anything is asked at all; otherwise `active` is enough. */
export function asksAnything({ http, tcp, ssh }: Questions): boolean {
  return http !== undefined || tcp !== undefined || ssh !== undefined;
}

/** `http :8080/health and ssh :22`, or `active` */
export function describeQuestions({ http, tcp, ssh }: Questions): string {
  const asked = [
    ...(http === undefined ? [] : [`${http.https ? "https" : "http"} :${http.port}${http.path}`]),
    ...(tcp === undefined ? [] : [`tcp :${tcp.port}`]),
    ...(ssh === undefined ? [] : [`ssh :${ssh.port}`]),
  ];
  return asked.length === 0 ? "active" : asked.join(" and ");
}

/** Whether a text is a status or a range of them. */
export function isStatusRange(text: string): boolean {
  const [first, last] = boundsOf(text);
  return /^\d{3}(-\d{3})?$/.test(text) && first >= 100 && first <= last && last <= 599;
}

async function askHttp(
  { port, path, status, https, host }: NonNullable<Questions["http"]>,
  address: string,
  probe: World["probe"],
  signal: AbortSignal,
): Promise<Fault> {
  const answer = await probe.http({ address, port, path, https, host }, signal);
  if (!("status" in answer)) return answer;
  const isGood = status.map(boundsOf).some(([first, last]) => answer.status >= first && answer.status <= last);
  return isGood ? undefined : { reason: `it answered ${answer.status}`, reached: true };
}

async function askTcp(port: number, address: string, probe: World["probe"], signal: AbortSignal): Promise<Fault> {
  const answer = await probe.tcp({ address, port, wantsBanner: false }, signal);
  return "banner" in answer ? undefined : answer;
}

async function askSsh(port: number, address: string, probe: World["probe"], signal: AbortSignal): Promise<Fault> {
  const answer = await probe.tcp({ address, port, wantsBanner: true }, signal);
  if (!("banner" in answer)) return answer;
  return answer.banner.startsWith("SSH-") ? undefined : { reason: `port ${port} is no SSH server`, reached: true };
}

function boundsOf(range: string): readonly [number, number] {
  const [first = "", last = first] = range.split("-");
  return [Number(first), Number(last)];
}
