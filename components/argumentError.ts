import * as pulumi from "@pulumi/pulumi";

/** Invalid arguments of a component: every fault found, each a finished sentence. Pulumi prints it without a stack. */
export class ArgumentError extends pulumi.RunError {
  override readonly name = "ArgumentError";
  readonly faults: readonly string[];

  constructor(component: string, faults: readonly string[]) {
    super([`Invalid arguments for ${component}:`, ...faults.map((fault) => `  ${fault}`)].join("\n"));
    this.faults = faults;
  }
}

/** Throws one `ArgumentError` for all the faults, if there are any. */
export function refuse(component: string, faults: readonly string[]): void {
  if (faults.length > 0) throw new ArgumentError(component, faults);
}
