/** The engine that this project is built and tested with; a newer one of the same major version will do as well. */
export const engineVersion = "3.259.0";

/** Puts `pulumi`, and the language hosts that come with it, into an empty folder. Rejects with one sentence where it cannot. */
export type EngineSource = (request: {
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly log: (line: string) => void;
}) => Promise<void>;
