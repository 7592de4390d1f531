import { mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { checkout } from "../../../local/checkout";
import { makeDiskImage } from "../../../local/diskImage/diskImage";
import { blocksOf, readPage } from "../../docs/blocks";
import { scratchFolder } from "../../packaging/builtRelease";
import { nothing } from "../helpers/account";
import { useService, type Service, type ServiceOptions } from "../helpers/service";

const page = "docs/migrating.md";

/** The commands of the steps that are marked as run here, in order. */
const commands = [...readPage(page).matchAll(/<!-- run by \S+ -->\s*```sh\n([^]*?)```/g)].map(([, block = ""]) => block.trim().split(/\s*\n\s*/)); // prettier-ignore
const programs = blocksOf(page, "ts").map((block) => block.trim());

/** A project in a folder of its own, and what it is on: an account with an image that others made. */
async function newProject(options: ServiceOptions): Promise<{ readonly service: Service; readonly project: string; readonly id: string }> {
  const project = await scratchFolder();
  await mkdir(path.join(project, "node_modules"));
  await symlink(checkout, path.join(project, "node_modules", "imagefleet"));
  await symlink(path.join(checkout, "node_modules", "@pulumi"), path.join(project, "node_modules", "@pulumi"));
  const plugin = `plugins:\n  providers:\n    - name: imagefleet\n      path: ${path.join(checkout, "bin")}\n`;
  await writeFile(path.join(project, "Pulumi.yaml"), `name: shop\nruntime: nodejs\n${plugin}`);
  const service = await useService({ program: project, ownProcess: true, ...options });
  return { service, project, id: (await service.account()).images[0]?.id ?? "" };
}

async function follow({ stack }: Service, lines: readonly string[], id: string): Promise<void> {
  for (const line of lines) {
    const [, ...words] = line.replace("190000012", id).split(" ");
    const result = await stack.run(...words);
    if (result.code !== 0) throw new Error(`\`${line}\` ended with ${result.code ?? "a signal"}:\n${result.stdout}${result.stderr}`);
  }
}

test("an image of the official provider is taken over by `importId`, copied to where it is missing, and not imported again", async () => {
  const { service, project, id } = await newProject({ seed: { images: [{ name: "web", regions: ["nyc3"] }] } });
  const { url } = await service.image("web-1.4.2.qcow2.gz");
  const program = async (text: string) => {
    const lines = [
      'import { CustomImage } from "imagefleet";',
      `const url = "${url}";`,
      text,
      "export const { imageId, regions } = image;",
    ];
    await writeFile(path.join(project, "index.ts"), lines.join("\n"));
  };
  await program((programs[0] ?? "").replace("190000012", id));
  await follow(service, commands[0] ?? [], id);
  expect(await service.stack.outputs()).toEqual({ imageId: id, regions: ["nyc3", "ams3"] });
  expect((await service.account()).images).toEqual([{ id, regions: ["ams3", "nyc3"] }]);
  expect((await service.writes()).filter((write) => write === "POST /v2/images")).toEqual([]);

  await program((programs[0] ?? "").replace(', importId: "190000012"', ""));
  expect(await service.stack.up("--expect-no-changes")).toSucceed();
  expect(await service.stack.destroy()).toSucceed();
  expect(await service.account()).toEqual(nothing);
});

test("an image that Packer and Terraform brought is taken over by `pulumi import`, and nothing changes", async () => {
  const { service, project, id } = await newProject({ seed: { images: [{ name: "web", regions: ["nyc3"] }] } });
  await mkdir(path.join(project, "output"));
  await makeDiskImage(path.join(project, "output/web.qcow2"), "1.4.2");
  const [take = [], see = []] = commands.slice(1);
  await follow(service, take, id);
  await writeFile(path.join(project, "index.ts"), `import { ImageImport } from "imagefleet";\n${programs[1] ?? ""}\n`);
  await follow(service, see, id);
  expect(await service.writes()).toEqual([]);
  expect(await service.stack.destroy()).toSucceed();
  expect(await service.account()).toEqual(nothing);
});
