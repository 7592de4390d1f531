import { readFileSync } from "node:fs";
import path from "node:path";

const root = path.resolve(__dirname, "../..");

export function readPage(page: string): string {
  return readFileSync(path.join(root, page), "utf8");
}

/** The fenced blocks of a page in one language, without the indentation of a list. */
export function blocksOf(page: string, language: string): readonly string[] {
  const blocks = readPage(page).matchAll(new RegExp(`^( *)\`\`\`${language}\\n([^]*?)^\\1\`\`\``, "gm"));
  return [...blocks].map(([, indentation = "", block = ""]) => block.replace(new RegExp(`^${indentation}`, "gm"), ""));
}
