/** What goes wrong with requests. */
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
  /** Whether `status` or `drop` come before the request took effect, or after it. Default `before`. */
  readonly when?: "before" | "after";
  /** Seconds that the request waits before anything happens. */
  readonly delaySeconds?: number;
  /** Seconds until reads see what this request did. */
  readonly lagSeconds?: number;
}

/** What goes wrong with the work that a request began. */
export interface WorkFault {
  /** An image's import, its transfer to a region, or an action of a Droplet (`create` included). */
  readonly on: "import" | "transfer" | "droplet";
  /** Slug of the region it applies to. Default any. */
  readonly region?: string;
  /** Type of the Droplet's action, such as `shutdown`. Default any. */
  readonly type?: string;
  /** The import ends `deleted`, the action `errored`. */
  readonly fails?: true;
  /** Text in `error_message` of an import that fails. */
  readonly message?: string;
  /** Seconds it takes instead of what the options say. */
  readonly seconds?: number;
}

/** A fault, and how often it strikes: after `skip` occasions that go well (default 0), `times` times (default 1). */
export type Fault = (RequestFault | WorkFault) & { readonly times?: number; readonly skip?: number };

interface Armed {
  readonly fault: Fault;
  skip: number;
  left: number;
}

const fields: Readonly<Record<string, string>> = {
  ...{ on: "string", times: "number", skip: "number", method: "string", path: "string", status: "number", message: "string" },
  ...{ retryAfterSeconds: "number", drop: "boolean", when: "string", delaySeconds: "number", lagSeconds: "number" },
  ...{ region: "string", type: "string", fails: "boolean", seconds: "number" },
};

/** The faults that are armed, in the order of their arming. One occasion meets one fault at most. */
export class Faults {
  #armed: Armed[] = [];

  /** Arms a fault as it comes from outside. Throws one sentence where it is malformed. */
  arm(fault: Fault): void {
    for (const [name, value] of Object.entries(fault)) {
      if (fields[name] !== typeof value) {
        throw new Error(`\`${name}\` must be ${fields[name] ? `a ${fields[name]}` : "left out of a fault"}, got ${JSON.stringify(value)}.`);
      }
    }
    if (!["request", "import", "transfer", "droplet"].includes(fault.on)) {
      throw new Error(`\`on\` must be \`request\`, \`import\`, \`transfer\` or \`droplet\`, got ${JSON.stringify(fault.on)}.`);
    }
    this.#armed.push({ fault, skip: fault.skip ?? 0, left: fault.times ?? 1 });
  }

  /** The fault that strikes this request, if one does. */
  ofRequest(method: string, path: string): RequestFault | undefined {
    return this.#strike(
      (fault): fault is RequestFault & Fault =>
        fault.on === "request" && (fault.method ?? method) === method && (fault.path === undefined || pathMatches(fault.path, path)),
    );
  }

  /** The fault that strikes this piece of work, if one does. */
  ofWork(on: WorkFault["on"], region: string, type?: string): WorkFault | undefined {
    return this.#strike(
      (fault): fault is WorkFault & Fault =>
        fault.on === on && (fault.region ?? region) === region && (type === undefined || (fault.type ?? type) === type),
    );
  }

  /** The faults that may still strike, each with how often. */
  list(): readonly (Fault & { readonly left: number })[] {
    return this.#armed.map(({ fault, left }) => ({ ...fault, left }));
  }

  clear(): void {
    this.#armed = [];
  }

  #strike<Kind extends Fault>(matches: (fault: Fault) => fault is Kind): Kind | undefined {
    for (const armed of this.#armed) {
      if (!matches(armed.fault)) continue;
      if (armed.skip > 0) {
        armed.skip -= 1;
        continue;
      }
      armed.left -= 1;
      if (armed.left <= 0) this.#armed = this.#armed.filter((other) => other !== armed);
      return armed.fault;
    }
    return undefined;
  }
}

function pathMatches(pattern: string, path: string): boolean {
  const wanted = pattern.split("/");
  const segments = path.split("/");
  return wanted.length === segments.length && wanted.every((segment, at) => segment.startsWith(":") || segment === segments[at]);
}
