import { readFileSync } from "node:fs";
import path from "node:path";

const root = path.resolve(__dirname, "../..");

export function readPage(page: string): string {
  return readFileSync(path.join(root, page), "utf8");
}

/** The fenced blocks of a page in one language. */
export function blocksOf(page: string, language: string): readonly string[] {
  return [...readPage(page).matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, "gm"))].map(([, block = ""]) => block);
}
