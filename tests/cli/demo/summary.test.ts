import { countByKind, summary } from "../../../cli/demo/summary";
import { throwawayPublicKey } from "../../../cli/demo/sshKey";

test("counts requests by method and route, whatever their ids and names", () => {
  const requests = [
    { method: "GET", path: "/v2/images/12" },
    { method: "GET", path: "/v2/images/13" },
    { method: "POST", path: "/v2/images/12/actions" },
    { method: "POST", path: "/v2/tags/imagefleet:fleet:ab/resources" },
    { method: "GET", path: "/v2/droplets?tag_name=x&page=2" },
  ];
  expect([...countByKind(requests)]).toEqual([
    ["GET /v2/images/{id}", 2],
    ["POST /v2/images/{id}/actions", 1],
    ["POST /v2/tags/{name}/resources", 1],
    ["GET /v2/droplets", 1],
  ]);
});

test("says what exists, what took how long beside its critical path, and what was asked of the API", () => {
  const text = summary({ imageId: "7", addresses: { web: ["1.2.3.4", "1.2.3.5"] } }, [
    {
      name: "version 1",
      seconds: 13.04,
      criticalPath: [
        ["import", 3],
        ["slowest copy", 6],
      ],
      requests: [{ method: "GET", path: "/v2/account" }],
    },
    { name: "no change", seconds: 2, criticalPath: [], requests: [] },
  ]);
  expect(text.split("\n")).toEqual([
    "",
    "What exists",
    "  imageId: 7",
    "  addresses",
    "    web: 1.2.3.4, 1.2.3.5",
    "",
    "Phase      took    critical path",
    "version 1  13.0 s  9 s = import 3 + slowest copy 6",
    "no change  2.0 s   nothing to wait for",
    "",
    "API requests     version 1  no change",
    "GET /v2/account  1          0",
    "all              1          0",
    "",
  ]);
});

test("the demo's key is an OpenSSH ed25519 public key", () => {
  const [type, blob] = throwawayPublicKey().split(" ");
  const bytes = Buffer.from(blob!, "base64");
  expect({ type, named: bytes.subarray(4, 15).toString(), length: bytes.length }).toEqual({
    type: "ssh-ed25519",
    named: "ssh-ed25519",
    length: 51,
  });
});
