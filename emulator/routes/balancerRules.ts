import { ApiError, invalid } from "../answers";
import { flag, oneOf, text, type JsonObject } from "../fields";

/** A forwarding rule as the API shows it. */
export interface ForwardingRule {
  readonly entry_protocol: "http" | "https" | "tcp";
  readonly entry_port: number;
  readonly target_protocol: "http" | "https" | "tcp";
  readonly target_port: number;
  readonly certificate_id: "";
  readonly tls_passthrough: boolean;
}

/** A health check as the API shows it. */
export interface HealthCheck {
  readonly protocol: "http" | "tcp";
  readonly port: number;
  readonly path: string;
  readonly check_interval_seconds: number;
  readonly response_timeout_seconds: number;
  readonly unhealthy_threshold: number;
  readonly healthy_threshold: number;
}

const protocols = ["http", "https", "tcp"] as const;

/** Reads `forwarding_rules`. Throws a 501 for a rule that needs TLS or a translation between protocols. */
export function readForwardingRules(rules: readonly unknown[]): readonly ForwardingRule[] {
  if (rules.length === 0) throw invalid("`forwarding_rules` must contain at least one rule, got none.");
  const read = rules.map((rule) => {
    if (typeof rule !== "object" || rule === null) throw invalid("`forwarding_rules` must be a list of objects.");
    return readForwardingRule(rule as JsonObject);
  });
  const ports = read.map((rule) => rule.entry_port);
  if (new Set(ports).size < ports.length) throw invalid("`entry_port` must differ between the forwarding rules.");
  return read;
}

function readForwardingRule(rule: JsonObject): ForwardingRule {
  const [entry, target] = [oneOf(rule, "entry_protocol", protocols), oneOf(rule, "target_protocol", protocols)];
  if (entry === undefined || target === undefined)
    throw invalid("`entry_protocol` and `target_protocol` must be given in a forwarding rule.");
  const passes = flag(rule, "tls_passthrough");
  if (entry !== target || (entry === "https") !== passes) {
    throw new ApiError(
      501,
      "The emulator models forwarding rules from http to http, from tcp to tcp, and from https to https with `tls_passthrough`.",
    );
  }
  const ports = { entry_port: number(rule, "entry_port", 1, 65_535), target_port: number(rule, "target_port", 1, 65_535) };
  return { entry_protocol: entry, target_protocol: target, ...ports, certificate_id: "", tls_passthrough: passes };
}

/** Reads `health_check`, with the API's defaults. */
export function readHealthCheck(check: JsonObject): HealthCheck {
  const path = text(check, "path") ?? "/";
  if (!path.startsWith("/")) throw invalid(`\`path\` of \`health_check\` must begin with a slash, got ${JSON.stringify(path)}.`);
  return {
    protocol: oneOf(check, "protocol", ["http", "tcp"]) ?? "http",
    port: number(check, "port", 1, 65_535, 80),
    path,
    check_interval_seconds: number(check, "check_interval_seconds", 3, 300, 10),
    response_timeout_seconds: number(check, "response_timeout_seconds", 3, 300, 5),
    unhealthy_threshold: number(check, "unhealthy_threshold", 2, 10, 5),
    healthy_threshold: number(check, "healthy_threshold", 2, 10, 3),
  };
}

function number(body: JsonObject, field: string, least: number, most: number, fallback?: number): number {
  const value = body[field] ?? fallback;
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
  throw invalid(
    `\`${field}\` must be a whole number from ${least} to ${most}, got ${value === undefined ? "nothing" : JSON.stringify(value)}.`,
  );
}
