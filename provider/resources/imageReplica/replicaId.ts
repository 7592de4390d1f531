/** `<imageId>/<region>`: which image in which region. */
export function replicaId(imageId: string, region: string): string {
  return `${imageId}/${region}`;
}

/** Throws where the id isn't one of a replica. */
export function parseReplicaId(id: string): { readonly imageId: string; readonly region: string } {
  const [, imageId, region] = /^(\d+)\/([a-z0-9]+)$/.exec(id) ?? [];
  if (imageId === undefined || region === undefined) {
    throw new Error(`The id of an image's replica must be \`<imageId>/<region>\`, such as \`38413969/ams3\`, got \`${id}\`.`);
  }
  return { imageId, region };
}
