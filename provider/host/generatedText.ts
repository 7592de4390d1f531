/** As wide as the formatter lets a line be. */
const width = 140;

/** A generated file of these parts, each set off by an empty line, under a header that says where it comes from. */
export function file(parts: readonly string[]): string {
  const header = "// Made from the property tables by `./bin/imagefleet reference`: change those, not this file.";
  return `${[`${header}\n${parts[0] ?? ""}`, ...parts.slice(1)].join("\n\n")}\n`;
}

/** A doc comment, on one line where it fits; none of no text. */
export function comment(text: string, indent: string, example?: string): readonly string[] {
  if (text === "") return [];
  const line = `${indent}/** ${text} */`;
  if (line.length <= width && example === undefined) return [line];
  const shown = example === undefined ? [] : ["", "```ts", example, "```"];
  const lines = [...wrapped(text, width - indent.length - 3), ...shown].map((part) => `${indent} * ${part}`.trimEnd());
  return [`${indent}/**`, ...lines, `${indent} */`];
}

function wrapped(text: string, length: number): readonly string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.at(-1) ?? "";
    if (last !== "" && last.length + 1 + word.length > length) lines.push(word);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return lines;
}

/** A list between brackets, on one line where it fits. */
export function list(open: string, items: readonly string[], close: string): string {
  const line = `${open}${items.join(", ")}${close}`;
  return line.length <= width ? line : [open, ...items.map((item) => `  ${item},`), close].join("\n");
}

export function firstSentence(text: string): string {
  return /^.*?[.](?= |$)/.exec(text)?.[0] ?? text;
}
