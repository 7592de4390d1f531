/** Whether DigitalOcean may have given it as an id: a UUID, in any case. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

export const uuidExpectation = "must be a UUID such as `5a4981aa-9653-4bd1-bef5-d6bff52042e4`";
