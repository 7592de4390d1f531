/** A fault of a request. */
export interface RequestFault {
  readonly on: "request";
  /** Method it applies to. Default any. */
  readonly method?: string;
  /** Path it applies to; a segment that begins with a colon stands for any, as in `/v2/images/:id/actions`. Default any. */
  readonly path?: string;
  /** Answers with this status instead. */
  readonly status?: number;
  /** Text of that answer. */
  readonly message?: string;
  /** Seconds in its `retry-after` header. */
  readonly retryAfterSeconds?: number;
  /** Closes the connection without an answer. */
  readonly drop?: true;
  /** Whether `status` or `drop` apply before the request takes effect, or after it. Default `before`. */
  readonly when?: "before" | "after";
  /** Seconds that the request waits before anything happens. */
  readonly delaySeconds?: number;
  /** Seconds until reads see what this request did. */
  readonly lagSeconds?: number;
}

/** A fault of an import or an action. */
export interface ActionFault {
  /** An image's import, its transfer to a region, or an action of a Droplet (`create` included) or of a Reserved IP. */
  readonly on: "import" | "transfer" | "droplet" | "reservedIp";
  /** Slug of the region it applies to. Default any. */
  readonly region?: string;
  /** Type of the action, such as `shutdown` or `assign_ip`. Default any. */
  readonly type?: string;
  /** The import ends `deleted`, the action `errored`. */
  readonly fails?: true;
  /** Text in `error_message` of an import that fails. */
  readonly message?: string;
  /** Seconds it takes instead of what the options say. */
  readonly seconds?: number;
}

/** A fault and how often it applies: `times` times (default 1), after the first `skip` matches have passed (default 0). */
export type Fault = (RequestFault | ActionFault) & { readonly times?: number; readonly skip?: number };

interface ActiveFault {
  readonly fault: Fault;
  skip: number;
  left: number;
}

const fields: Readonly<Record<string, string>> = {
  ...{ on: "string", times: "number", skip: "number", method: "string", path: "string", status: "number", message: "string" },
  ...{ retryAfterSeconds: "number", drop: "boolean", when: "string", delaySeconds: "number", lagSeconds: "number" },
  ...{ region: "string", type: "string", fails: "boolean", seconds: "number" },
};

/** The active faults in the order in which they were added. At most one applies to each request or action. */
export class Faults {
  #active: ActiveFault[] = [];

  /** Adds a fault from outside. Throws one sentence if it is invalid. */
  add(fault: Fault): void {
    for (const [name, value] of Object.entries(fault)) {
      if (fields[name] !== typeof value) {
        throw new Error(`\`${name}\` must be ${fields[name] ? `a ${fields[name]}` : "left out of a fault"}, got ${JSON.stringify(value)}.`);
      }
    }
    if (!["request", "import", "transfer", "droplet", "reservedIp"].includes(fault.on)) {
      throw new Error(
        `\`on\` must be \`request\`, \`import\`, \`transfer\`, \`droplet\` or \`reservedIp\`, got ${JSON.stringify(fault.on)}.`,
      );
    }
    this.#active.push({ fault, skip: fault.skip ?? 0, left: fault.times ?? 1 });
  }

  /** Takes the fault that applies to this request, if any. */
  ofRequest(method: string, path: string): RequestFault | undefined {
    return this.#take(
      (fault): fault is RequestFault & Fault =>
        fault.on === "request" && (fault.method ?? method) === method && (fault.path === undefined || pathMatches(fault.path, path)),
    );
  }

  /** Takes the fault that applies to this import or action, if any. */
  ofAction(on: ActionFault["on"], region: string, type?: string): ActionFault | undefined {
    return this.#take(
      (fault): fault is ActionFault & Fault =>
        fault.on === on && (fault.region ?? region) === region && (type === undefined || (fault.type ?? type) === type),
    );
  }

  /** The faults that can still apply, each with the number of times. */
  list(): readonly (Fault & { readonly left: number })[] {
    return this.#active.map(({ fault, left }) => ({ ...fault, left }));
  }

  clear(): void {
    this.#active = [];
  }

  #take<Kind extends Fault>(matches: (fault: Fault) => fault is Kind): Kind | undefined {
    for (const active of this.#active) {
      if (!matches(active.fault)) continue;
      if (active.skip > 0) {
        active.skip -= 1;
        continue;
      }
      active.left -= 1;
      if (active.left <= 0) this.#active = this.#active.filter((other) => other !== active);
      return active.fault;
    }
    return undefined;
  }
}

function pathMatches(pattern: string, path: string): boolean {
  const wanted = pattern.split("/");
  const segments = path.split("/");
  return wanted.length === segments.length && wanted.every((segment, at) => segment.startsWith(":") || segment === segments[at]);
}
