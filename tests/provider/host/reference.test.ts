import { referencePage } from "../../../provider/host/reference";
import { toyProvider } from "../../protocol/toy";

const lines = referencePage(toyProvider()).split("\n");

test("each resource has a heading, its time limits, and a row a property, nested ones by their path", () => {
  expect(lines).toContain("## `toy:index:Machine`");
  expect(lines).toContain("Time limits, where `customTimeouts` says nothing: create 10 min, update 10 min, delete 1 min.");
  const inputs = lines.slice(lines.indexOf("### Inputs") + 2, lines.indexOf("### Outputs, besides the inputs") - 1);
  expect(inputs).toEqual([
    "| property | type | what it is | a change |",
    "|---|---|---|---|",
    "| `name` | string, required | The machine's name. | replaces the resource |",
    "| `size` | integer | Size in units. Default: 1. | replaces Droplets one after the other |",
    "| `note` | string | Free text. | does nothing to what exists |",
    "| `regions` | list of string | Region slugs. | updates |",
    "| `gate` | object | When it serves. | updates |",
    "| `gate.http` | object | Asks by HTTP. |  |",
    "| `gate.http.port` | integer, required | TCP port. |  |",
    "| `gate.password` | string, secret | Sent along. |  |",
    "| `userData` | string | Handed to the machine. | updates |",
  ]);
});

test("outputs, configuration and functions have theirs", () => {
  expect(lines).toContain("| `key` | string, secret | How to get in. |");
  expect(lines).toContain("| `token` | string, required, secret | Key of the account. | updates |");
  expect(lines).toContain("## `toy:index:getMachine`");
});
