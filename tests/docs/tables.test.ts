import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { routes } from "../../emulator/routes";
import { imagefleet } from "../../provider/imagefleet";
import { describePlan, describeRetry } from "../../provider/rollout/planReport";
import { readPage } from "./blocks";

const provider = imagefleet();

/** The cells of a table's rows, by the title that its first column has. */
function rowsOf(page: string, title: string): readonly (readonly string[])[] {
  const [, text = ""] = new RegExp(`^\\| ${title} +\\|.*\\n\\|[ |-]*\\n((?:\\|.*\\n)+)`, "m").exec(readPage(page)) ?? [];
  return text.trim().split("\n").map((row) => row.slice(1, -1).split("|").map((cell) => cell.trim())); // prettier-ignore
}

const quoted = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);

test("README names every argument and output of the components, and which arguments may be left out", () => {
  const rows = rowsOf("README.md", "Component").map(([component = "", given = "", outputs = ""]) => ({
    component: quoted(component)[0],
    arguments: quoted(given).sort(),
    outputs: quoted(outputs).sort(),
  }));
  // ImageService has a page of its own.
  const components = provider.components?.filter(({ token }) => !token.endsWith(":ImageService")) ?? [];
  expect(rows).toEqual(
    components.map(({ token, inputs, outputs, methods = {} }) => ({
      component: token.replace(/.*:/, ""),
      arguments: Object.entries(inputs).map(([name, { required }]) => (required === true ? name : `${name}?`)).sort(), // prettier-ignore
      // `imageIds` is for languages without methods.
      outputs: [
        ...Object.keys(outputs).filter((name) => name !== "imageIds"),
        ...Object.entries(methods).map(([name, { inputs: taken }]) => `${name}(${Object.keys(taken).join(", ")})`),
      ].sort(),
    })),
  );
});

test("README names every key of the configuration, what is secret, and the environment's variables in the order that they are read", () => {
  const rows = rowsOf("README.md", "Key").map(([key = "", variables = ""]) => [key, quoted(variables)]);
  const environment: Readonly<Record<string, readonly string[]>> = provider.environment;
  const keys: unknown[] = Object.entries(provider.configuration).map(([name, property]) => [
    `\`imagefleet:${name}\`${"secret" in property ? " (secret)" : ""}`,
    environment[name] ?? [],
  ]);
  expect(rows.sort()).toEqual(keys.sort());
});

test("fleets.md explains each line of a preview", () => {
  const figures = {
    creates: 2,
    rebuilds: 0,
    deletes: 0,
    promotes: 0,
    batches: 1,
    largestBatch: 2,
    leastServing: 2,
    mostExisting: 4,
    standby: 2,
  };
  const prices = { priceBefore: 12, priceAfter: 12, surgePrice: 12, standbyPrice: 12, expectedSeconds: 60 };
  const account = { total: 4, limit: 100 };
  const plan = describePlan({ ...figures, ...prices, reservedIps: ["192.0.2.7"] }, { image: "12", account, kept: "for 1 h 0 min" });
  const lines = [describeRetry("11", { image: "12", isRoll: true }), ...plan.split("\n")];
  const explained = rowsOf("docs/fleets.md", "Line").map(([line = ""]) => new RegExp(`^${quoted(line)[0]?.replace(" … ", " \\d+ ")}\\b`));
  expect(explained).toHaveLength(lines.length);
  expect(lines.filter((line, at) => explained[at]?.test(line) !== true)).toEqual([]);
});

describe("README's scopes of a token", () => {
  const [, sentence = ""] = /^A token of limited scope needs ([^]*?)\.$/m.exec(readPage("README.md")) ?? [];
  const scopes = quoted(sentence).filter((name) => /^\w+:\w+$/.test(name));
  const api = path.resolve(__dirname, "../../provider/api");
  const source = readdirSync(api).map((file) => readFileSync(path.join(api, file), "utf8")).join("\n"); // prettier-ignore
  const requests = [
    ...[...source.matchAll(/client\.(?:list|find)\((?:path)?[`"]([^`"]+)/g)].map(([, where = ""]) => ["GET", where] as const),
    ...[...source.matchAll(/method: "(\w+)",\s+path: (?:path)?[`"]([^`"]+)/g)].map(
      ([, method = "", where = ""]) => [method, where] as const,
    ),
    ...[...source.matchAll(/remove\(path`([^`]+)/g)].map(([, where = ""]) => ["DELETE", where] as const),
  ]
    .filter(([, where]) => where.startsWith("/v2/"))
    .map(([method, where]) => [method, where.replace(/\?.*/, "").replace(/\$\{\w+\}/g, ":")] as const);

  test("are enough for every request that the provider makes", () => {
    expect(requests.length).toBeGreaterThan(20);
    const needed = requests.map(([method, where]) => {
      const found = routes.find((route) => route.method === method && route.path.replace(/:\w+/g, ":") === where);
      return [method, where, found?.scope];
    });
    expect(needed.filter(([, , scope]) => scope === undefined || !scopes.includes(scope))).toEqual([]);
  });

  test("are scopes that there are", () => {
    const known = new Set(routes.map(({ scope }) => scope));
    expect(scopes.filter((scope) => !known.has(scope))).toEqual([]);
  });
});
