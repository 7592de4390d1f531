/** Whether it has the form of a region slug; which slugs exist is the service's to say. */
export function isRegionSlug(text: string): boolean {
  return /^[a-z]{2,8}[0-9]{1,2}$/.test(text);
}

/** A clause that continues a property's name. */
export const regionSlugExpectation = "must be a region slug such as `ams3`";
