import { quoted } from "../../api/quoted";
import { accepted, compressionTable, formatTable, listed, type CompressionName } from "../../source/accepted";

import { normalUrl } from "./sourceIdentity";

const compressions = listed(accepted(compressionTable), "or");
const formats = listed(
  accepted(formatTable).map((name) => formatTable[name].title),
  "or",
);
const others = listed(
  (Object.keys(compressionTable) as CompressionName[]).filter((name) => !compressionTable[name].accepted),
  "or",
);

/** Parts of DigitalOcean's own messages, with what they usually mean and what helps. */
const causes: readonly { readonly says: RegExp; readonly cause: string; readonly remedy: string }[] = [
  {
    says: /problem decompressing/i,
    cause: "the archive is corrupt or holds more than one file",
    remedy: `Compress one single disk image with ${compressions}, or serve it uncompressed`,
  },
  {
    says: /don't support the compression/i,
    cause: `the image is compressed with something else than ${compressions}, such as ${others}`,
    remedy: `Compress it with ${compressions}, or serve it uncompressed`,
  },
  {
    says: /recognize your image/i,
    cause: `what the URL serves is not a disk image in a format that DigitalOcean takes: ${formats}, where a raw one has a boot sector`,
    remedy: "See what it is with `imagefleet inspect`",
  },
];

const anyCause = {
  cause: `the URL can't be reached from the internet by HEAD and GET, or what it serves is no bootable ${formats} image below 100 GB`,
  remedy: "Check the answer to `curl -I` of the URL and the image's format",
};

/** Why an import ended `deleted`: the service's own message, the likely cause, what to do. Never the URL, which may be a secret. */
export function importFailure(imageId: string, message: string | undefined, url = ""): string {
  const said = quoted(message ?? "", [url, normalUrl(url)]);
  const { cause, remedy } = causes.find(({ says }) => says.test(said)) ?? anyCause;
  const quote = said === "" ? "gave no reason." : `said: "${said}"${/[.!?]$/.test(said) ? "" : "."}`;
  return `The import of image ${imageId} failed; DigitalOcean ${quote} The likely cause: ${cause}. ${remedy}, then run \`pulumi up\` again.`;
}
