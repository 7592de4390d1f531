/** A path of the API from literal parts and escaped values. Colons stay: tags have them, and the API's own clients send them bare. */
export function path(parts: TemplateStringsArray, ...values: readonly string[]): string {
  return String.raw({ raw: parts }, ...values.map((value) => encodeURIComponent(value).replaceAll("%3A", ":")));
}
