import { constants } from "node:fs";
import { open } from "node:fs/promises";
import type { Files } from "./localFile";

/** This machine's files, opened without waiting for what a pipe without a writer would wait for. */
export const nodeFiles: Files = { open: (path) => open(path, constants.O_RDONLY | constants.O_NONBLOCK) };
