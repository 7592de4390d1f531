import { page } from "../answers";
import { sizes } from "../catalog";
import type { Route } from "../route";

export const sizeRoutes: readonly Route[] = [
  { method: "GET", path: "/v2/sizes", scope: "sizes:read", handle: (call) => page(call, "sizes", sizes, (size) => size) },
];
