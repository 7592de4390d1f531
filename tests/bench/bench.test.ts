import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { runBench } from "../../bench/bench";
import { rows } from "../../bench/table";

const folders: string[] = [];

afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
});

async function bench(...ids: string[]) {
  const folder = await mkdtemp(path.join(tmpdir(), "imagefleet-bench-"));
  folders.push(folder);
  const json = path.join(folder, "results.json");
  const printed: string[] = [];
  const logged: string[] = [];
  await runBench({ ids, json, print: (text) => printed.push(text), log: (line) => logged.push(line) });
  return { printed, logged, results: JSON.parse(await readFile(json, "utf8")) as unknown };
}

describe("a run of the bench", () => {
  it("measures the named rows in the table's order, prints them and writes them as JSON", async () => {
    const { printed, logged, results } = await bench("resume.transfers", "model.official.regions10");
    const note = "MODEL of the official provider's serial schedule: 276 s over 5 + 20 + 5 s";
    expect(results).toEqual([
      { id: "model.official.regions10", value: 9.2, unit: "ratio", target: null, note },
      {
        id: "resume.transfers",
        value: 6,
        unit: "transfers",
        target: "= 6",
        note: "killed after the 4th of 10 transfers; transfers of the run after that",
      },
    ]);
    expect(logged).toEqual(["model.official.regions10 …", "resume.transfers …"]);
    const [table = "", machine, verdict] = printed;
    expect(table.split("\n").map((line) => line.split("|")[1]?.trim())).toEqual([
      "id",
      "-".repeat("`model.official.regions10`".length),
      "`model.official.regions10`",
      "`resume.transfers`",
    ]);
    expect(machine).toContain(`Node ${process.versions.node} on `);
    expect(verdict).toBe("Every target is met.");
  });

  it("refuses an id that it doesn't have and lists those that it has", async () => {
    await expect(bench("resume.transfers", "up.regions99")).rejects.toThrow(
      `\`up.regions99\` is not a row of the bench, which has ${rows.map(({ id }) => id).join(", ")}.`,
    );
  });
});
