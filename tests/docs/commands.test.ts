import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { readPage } from "./blocks";

const root = path.resolve(__dirname, "../..");
const pages = [
  "README.md",
  ...readdirSync(path.join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md") && !name.startsWith("adr"))
    .map((name) => `docs/${name}`),
].sort();

/** A block of commands, with the comment above it that says who runs it. */
interface Block {
  readonly page: string;
  readonly first: string;
  readonly mark: string | undefined;
}

const blocks = pages.flatMap((page): readonly Block[] => {
  const found = readPage(page).matchAll(/(?:<!-- ([^>]*) -->\s*)?^ *```(?:sh|bash|shell|console)\n\s*(.*)$/gm);
  return [...found].map(([, mark, first = ""]) => ({ page, first, mark }));
});

test("every page's commands are run by a test, or are marked with what they need", () => {
  expect(blocks.length).toBeGreaterThan(10);
  const unmarked = blocks.filter(({ mark = "" }) => !/^(run by|needs) \S/.test(mark));
  expect(unmarked.map(({ page, first }) => `${page}: ${first}`)).toEqual([]);
});

test("a test that is said to run a page's commands is there and speaks of that page", () => {
  const said = blocks.flatMap(({ page, first, mark = "" }) => (mark.startsWith("run by ") ? [{ page, first, files: mark.slice(7) }] : []));
  expect(said.length).toBeGreaterThan(5);
  for (const { page, first, files } of said) {
    const texts = files
      .split(" and ")
      .map((file) => (existsSync(path.join(root, file)) ? readFileSync(path.join(root, file), "utf8") : ""));
    const isThere = texts.some((text) => text.includes(path.basename(page)) || text.includes("npm test"));
    expect([page, first, files, isThere]).toEqual([page, first, files, true]);
  }
});

test("every link of the pages leads somewhere", () => {
  const lost = pages.flatMap((page) =>
    [...readPage(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)(?:#([^)]*))?\)/g)].flatMap(([, link = "", anchor]) => {
      const file = path.join(path.dirname(page), link);
      if (!existsSync(path.join(root, file))) return [`${page}: ${link}`];
      const anchors = anchor === undefined ? [] : [...readPage(file).matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) => slug(title));
      return anchor === undefined || anchors.includes(anchor) ? [] : [`${page}: ${link}#${anchor}`];
    }),
  );
  expect(lost).toEqual([]);
});

function slug(title: string): string {
  return title.toLowerCase().replace(/[^\w\s-]/g, "").trim().replace(/\s+/g, "-"); // prettier-ignore
}
