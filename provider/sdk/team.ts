// Made from the property tables by `./bin/imagefleet reference`: change those, not this file.
export interface Team {
  /** The team's UUID. */
  readonly uuid: string;
  /** The team's name. */
  readonly name: string;
}
