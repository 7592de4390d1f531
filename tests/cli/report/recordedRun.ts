/** Lines as the engine writes them, for runs that a test makes up. */
export class RecordedRun {
  readonly #lines: string[] = [];
  readonly #start: number;

  constructor(start = 1_795_860_000) {
    this.#start = start;
  }

  /** `second` is counted from the run's start. */
  event(second: number, event: object): this {
    this.#lines.push(JSON.stringify({ sequence: this.#lines.length, timestamp: this.#start + second, ...event }));
    return this;
  }

  begins(second: number, step: Step): this {
    return this.event(second, { resourcePreEvent: { metadata: metadataOf(step) } });
  }

  ends(second: number, step: Step): this {
    return this.event(second, { resOutputsEvent: { metadata: metadataOf(step) } });
  }

  fails(second: number, step: Step): this {
    return this.event(second, { resOpFailedEvent: { metadata: metadataOf(step) } });
  }

  says(second: number, step: Step, severity: string, message: string): this {
    return this.event(second, { diagnosticEvent: { urn: urnOf(step), severity, message: `${message}\n`, ephemeral: severity === "info" } });
  }

  summary(second: number, result = "succeeded"): this {
    return this.event(second, { summaryEvent: { durationSeconds: second, isPreview: false, result } });
  }

  time(second: number): string {
    return new Date((this.#start + second) * 1_000).toISOString();
  }

  toString(): string {
    return `${this.#lines.join("\n")}\n`;
  }
}

export interface Step {
  readonly op: string;
  /** Below the project, such as `imagefleet:index:CustomImage$imagefleet:index:ImageImport`. */
  readonly type: string;
  readonly name: string;
  readonly inputs?: object;
  readonly outputs?: object;
}

export function urnOf({ type, name }: Pick<Step, "type" | "name">): string {
  return `urn:pulumi:prod::shop::${type}::${name}`;
}

function metadataOf({ op, type, name, inputs = {}, outputs = {} }: Step): object {
  const last = type.split("$").at(-1) ?? "";
  const above = type.split("$").slice(0, -1).join("$");
  const custom = !/CustomImage$|DropletFleet$|ImageReplication$|Stack$/.test(last);
  const parent =
    above === "" ? "urn:pulumi:prod::shop::pulumi:pulumi:Stack::shop-prod" : urnOf({ type: above, name: name.split("-")[0] ?? "" });
  const state = { type: last, urn: urnOf({ type, name }), custom, parent, provider: "imagefleet::default", inputs, outputs };
  return { op, urn: urnOf({ type, name }), type: last, old: null, new: state };
}

const image = "imagefleet:index:CustomImage";

export function importStep(outputs?: object): Step {
  const source = { url: "https://images.example.com/web.qcow2.gz", sha256: "ab".repeat(32) };
  return { op: "create", type: `${image}$imagefleet:index:ImageImport`, name: "web", inputs: { source, region: "nyc3" }, outputs };
}

export function copyStep(region: string, outputs?: object): Step {
  const type = `${image}$imagefleet:index:ImageReplication$imagefleet:index:ImageReplica`;
  return { op: "create", type, name: `web-${region}`, inputs: { region }, outputs };
}

export function fleetStep(outputs?: object, inputs?: object): Step {
  const wanted = { count: 2, size: "s-1vcpu-1gb", region: "nyc3", image: "12", gate: { http: { port: 8080, path: "/health" } }, ...inputs };
  return { op: "update", type: "imagefleet:index:DropletFleet$imagefleet:index:Fleet", name: "web", inputs: wanted, outputs };
}
