import { isLoopback } from "../rules/loopback";

/** DigitalOcean's own API. */
export const defaultEndpoint = "https://api.digitalocean.com";

/**
 * What is wrong with an API endpoint, as a clause that continues the property's name; undefined where nothing is.
 * The token goes to this endpoint and nowhere else, so it must be HTTPS, or plain HTTP that never leaves the machine.
 */
export function endpointFault(endpoint: string): string | undefined {
  const example = `such as \`${defaultEndpoint}\``;
  if (!URL.canParse(endpoint)) return `must be a URL ${example}, got \`${endpoint}\``;
  const url = new URL(endpoint);
  if (url.username !== "" || url.password !== "")
    return `must be a URL without user name and password ${example}; the token is given apart`;
  if (url.search !== "" || url.hash !== "") return `must be a URL without query and fragment ${example}, got \`${endpoint}\``;
  if (url.protocol === "https:") return undefined;
  if (url.protocol === "http:" && isLoopback(url.hostname)) return undefined;
  return `must be an https URL ${example}, or an http URL on loopback such as \`http://127.0.0.1:8080\`, got \`${endpoint}\`: the token would travel in clear`;
}
