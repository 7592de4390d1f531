import { readFileSync } from "node:fs";
import path from "node:path";
import { rows } from "../../bench/table";

const page = readFileSync(path.resolve(__dirname, "../../docs/performance.md"), "utf8");
const ids = rows.map(({ id }) => id);

describe("the bench's table", () => {
  it("gives each row an id of its own", () => {
    expect(ids).toEqual([...new Set(ids)]);
  });

  it("has every row that the page on performance shows, and shows every row that it has, targets included", () => {
    const shown = page
      .split("\n")
      .map((line) => line.split("|").map((cell) => cell.trim()))
      .filter(([, first = ""]) => /^`[a-z]+[\w.]*\.\w+`$/i.test(first))
      .map(([, id = "", , unit, target]) => ({ id: id.replaceAll("`", ""), unit, target }));
    expect(shown).toEqual(
      rows.map(({ id, unit, target }) => ({ id, unit, target: target === undefined ? "" : `${target.is} ${target.than}` })),
    );
  });
});
