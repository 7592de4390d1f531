import { referencePage } from "../../../provider/host/reference";
import { toyProvider } from "../../protocol/toy";

test("each resource has its time limits, and a line a property with its type and what a change of it does", () => {
  const page = referencePage(toyProvider());
  const machine = page.slice(page.indexOf("## `toy:index:Machine`"), page.indexOf("## `toy:index:getMachine`"));
  expect(machine.split("\n")).toEqual([
    "## `toy:index:Machine`",
    "",
    "A machine that exists in no cloud.",
    "",
    "Time limits, where `customTimeouts` says nothing: create 10 min, update 10 min, delete 1 min.",
    "",
    "Inputs:",
    "",
    "- `name` (string, required, replaces): The machine's name.",
    "- `size` (integer, rolls): Size in units. Default: 1.",
    "- `note` (string, changes nothing that exists): Free text.",
    "- `regions` (list of string, updates): Region slugs.",
    "- `gate` (object, updates): When it serves.",
    "  - `http` (object): Asks by HTTP.",
    "    - `port` (integer, required): TCP port.",
    "  - `password` (string, secret): Sent along.",
    "- `userData` (string, updates): Handed to the machine.",
    "",
    "Outputs, besides the inputs:",
    "",
    "- `address` (string): Where it listens.",
    "- `key` (string, secret): How to get in.",
    "- `live` (list of string): What runs.",
    "",
    "",
  ]);
});

test("configuration and functions have their lines", () => {
  const page = referencePage(toyProvider());
  expect(page).toContain("## Configuration\n\n- `token` (string, required, secret, updates): Key of the account.\n");
  expect(page).toContain("## `toy:index:getMachine`\n\nFinds a machine.\n\nInputs:\n\n- `name` (string, required): Its name.\n");
});
