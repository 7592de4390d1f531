import { ApiError, isUnprocessable, NetworkError } from "../api/errors";

/** What the service says where it could do it, but not now: no word about the image or the program. */
const passing = [/droplet limit/i, /not available/i, /capacity/i, /pending event/i, /try again/i, /\blocked\b/i];

/** Whether a failure may pass by itself: the service or the network fails, or has no room at the moment. */
export function mayPass(error: unknown): error is ApiError | NetworkError {
  if (error instanceof NetworkError) return true;
  if (!(error instanceof ApiError)) return false;
  // 501 says that the service doesn't have it, not that it fails.
  return (
    error.status === 429 ||
    (error.status >= 500 && error.status !== 501) ||
    (error.status === 422 && passing.some((pattern) => pattern.test(error.text)))
  );
}

/** Whether the service refuses what it was asked for, and would do so again. */
export function isWrongArgument(error: unknown): error is ApiError {
  return isUnprocessable(error) && !mayPass(error);
}

/** Whether a POST was refused because the account may have no more Droplets. */
export function exceedsLimit(error: unknown): boolean {
  return isUnprocessable(error) && /droplet limit/i.test(error.text);
}
