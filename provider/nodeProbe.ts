import { type IncomingMessage, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect } from "node:net";
import type { HttpQuestion, NoAnswer, Probe, TcpQuestion } from "./world";

/** Codes of what only a machine that is there can cause: it refuses, hangs up, or speaks something else than HTTP or TLS. */
const answers = /^(ECONNREFUSED|ECONNRESET|EPIPE|EPROTO|ERR_SSL_\w+|HPE_\w+)$/;
/** The longest banner that is read, in bytes: an SSH server's may have 255. */
const longestBanner = 512;

/** Probes over the machine's own network, never through a proxy. */
export const nodeProbe: Probe = { http, tcp };

function http({ address, port, path, https, host }: HttpQuestion, signal: AbortSignal): Promise<{ readonly status: number } | NoAnswer> {
  return new Promise((resolve) => {
    const options = { host: address, port, path, signal, agent: false as const, headers: host === undefined ? {} : { host } };
    const answered = (response: IncomingMessage): void => {
      response.destroy();
      resolve({ status: response.statusCode ?? 0 });
    };
    const request = https
      ? httpsRequest({ ...options, rejectUnauthorized: false, servername: host }, answered)
      : httpRequest(options, answered);
    request.on("error", (error) => resolve(noAnswer(error)));
    request.end();
  });
}

function tcp({ address, port, wantsBanner }: TcpQuestion, signal: AbortSignal): Promise<{ readonly banner: string } | NoAnswer> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    let banner = "";
    const abort = (): void => void socket.destroy(signal.reason as Error);
    const end = (answer: { readonly banner: string } | NoAnswer): void => {
      signal.removeEventListener("abort", abort);
      socket.destroy();
      resolve(answer);
    };
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
    socket.on("connect", () => wantsBanner || end({ banner }));
    socket.on("data", (bytes) => {
      banner += bytes.toString("latin1");
      if (banner.includes("\n") || banner.length > longestBanner) end({ banner: banner.split("\n")[0]?.trimEnd() ?? "" });
    });
    socket.on("error", (error) => end(noAnswer(error)));
    socket.on("close", () => end({ reason: "the connection was closed", reached: true }));
  });
}

function noAnswer(error: Error & { readonly code?: string }): NoAnswer {
  return { reason: error.message || error.name, reached: answers.test(error.code ?? "") };
}
