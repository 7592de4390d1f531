/** A team of the service, as `GET /v2/account` names it: state that belongs to one team is never read with a token of another. */
export interface Team {
  readonly uuid: string;
  readonly name: string;
}
