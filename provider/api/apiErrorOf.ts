import { ApiError, type Method } from "./errors";
import { readRateHeaders } from "./rateHeaders";
import { quoted } from "./quoted";

/** The error that an answer with a bad status is: DigitalOcean's `{ id, message, request_id }`, its tags' `{ error, messages }`, or any text. */
export function apiErrorOf(
  method: Method,
  url: string,
  answer: { readonly status: number; readonly headers: Headers; readonly text: string },
  secrets: readonly string[],
  now: number,
): ApiError {
  const body = parsed(answer.text);
  const text = (key: string): string | undefined => {
    const value = body?.[key];
    return typeof value === "string" && value !== "" ? quoted(value, secrets) : undefined;
  };
  const messages = Array.isArray(body?.messages) ? quoted(body.messages.map(String).join("; "), secrets) : undefined;
  return new ApiError({
    method,
    url,
    status: answer.status,
    id: text("id") ?? "",
    text: text("message") ?? messages ?? text("error") ?? quoted(answer.text, secrets),
    requestId: text("request_id") ?? answer.headers.get("x-request-id") ?? undefined,
    retryAfter: readRateHeaders(answer.headers, now).retryAfter,
  });
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null ? (body as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
