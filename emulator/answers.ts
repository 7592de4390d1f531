import type { ApiCall } from "./route";

/** What a route answers: a status and, except for 204, a JSON body. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const ids: Readonly<Record<number, string>> = {
  400: "bad_request",
  401: "unauthorized",
  403: "forbidden",
  404: "not_found",
  409: "conflict",
  412: "precondition_failed",
  422: "unprocessable_entity",
  429: "too_many_requests",
  500: "server_error",
  501: "not_implemented",
  503: "service_unavailable",
};

/** An error that is answered in the API's envelope `{ id, message, request_id }`. */
export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The envelope of an error answer. */
export function errorBody(status: number, message: string, requestId: string): unknown {
  return { id: ids[status] ?? "server_error", message, request_id: requestId };
}

/** 404, in the words of the live service. */
export const notFound = (): ApiError => new ApiError(404, "The resource you were accessing could not be found.");

/** 422: the request is well formed, but cannot be carried out. */
export const invalid = (message: string): ApiError => new ApiError(422, message);

/** 204. */
export const noContent: Answer = { status: 204 };

/** One page of a list as the API wraps it: the rows under their plural, absolute links to the other pages, the total. */
export function page<Row>(call: ApiCall, plural: string, rows: readonly Row[], format: (row: Row) => unknown): Answer {
  const size = pageNumber(call.query.get("per_page"), 20, 200);
  const number = pageNumber(call.query.get("page"), 1, Number.MAX_SAFE_INTEGER);
  const last = Math.max(1, Math.ceil(rows.length / size));
  const link = (target: number): string => {
    const query = new URLSearchParams(call.query);
    query.set("page", String(target));
    query.set("per_page", String(size));
    return `${call.origin}${call.path}?${query.toString()}`;
  };
  const pages = {
    ...(number > 1 && { first: link(1), prev: link(Math.min(number - 1, last)) }),
    ...(number < last && { next: link(number + 1), last: link(last) }),
  };
  const shown = rows.slice((number - 1) * size, number * size);
  const links = Object.keys(pages).length > 0 ? { pages } : {};
  return { status: 200, body: { [plural]: shown.map(format), links, meta: { total: rows.length } } };
}

function pageNumber(text: string | null, fallback: number, most: number): number {
  const number = Number(text ?? fallback);
  return Number.isInteger(number) && number >= 1 ? Math.min(number, most) : fallback;
}
