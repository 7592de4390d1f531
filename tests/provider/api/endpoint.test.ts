import { endpointFault } from "../../../provider/api/endpoint";

test.each([
  "https://api.digitalocean.com",
  "https://proxy.example.com/digitalocean/",
  "http://127.0.0.1:8080",
  "http://127.8.9.10:1",
  "http://localhost:3000",
  "http://[::1]:3000",
])("accepts %s", (endpoint) => {
  expect(endpointFault(endpoint)).toBeUndefined();
});

test.each([
  "http://api.digitalocean.com",
  "http://127.0.0.1.example.com",
  "http://localhost.example.com",
  "http://0.0.0.0:80",
  "ftp://127.0.0.1",
])("refuses %s, because the token would travel in clear", (endpoint) => {
  expect(endpointFault(endpoint)).toBe(
    "must be an https URL such as `https://api.digitalocean.com`, or an http URL on loopback such as `http://127.0.0.1:8080`, " +
      `got \`${endpoint}\`: the token would travel in clear`,
  );
});

test("refuses what is no URL", () => {
  expect(endpointFault("api.digitalocean.com")).toBe("must be a URL such as `https://api.digitalocean.com`, got `api.digitalocean.com`");
});

test("refuses a password in the URL without repeating it", () => {
  expect(endpointFault("https://me:pa55word@api.digitalocean.com")).toBe(
    "must be a URL without user name and password such as `https://api.digitalocean.com`; the token is given apart",
  );
});
