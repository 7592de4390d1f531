import * as pulumi from "@pulumi/pulumi";

/** A component as an SDK that is generated from the schema has it: by its token and `remote`. */
class Remote extends pulumi.ComponentResource {
  declare readonly imageIds: pulumi.Output<Readonly<Record<string, string>>>;
  declare readonly addresses: pulumi.Output<readonly string[]>;
  declare readonly url: pulumi.Output<string>;

  constructor(type: string, name: string, args: pulumi.Inputs, outputs: readonly string[], opts?: pulumi.ComponentResourceOptions) {
    const asked = Object.fromEntries(outputs.map((output) => [output, undefined]));
    super(`imagefleet:index:${type}`, name, { ...asked, ...args }, { version: "0.1.0", ...opts }, true);
  }
}

const config = new pulumi.Config();
const service = config.getObject<pulumi.Inputs>("service");

/** README's five lines, or a whole service where the configuration has one. */
export const outputs = service === undefined ? fiveLines() : wholeService(service);

function fiveLines() {
  const name = config.get("name") ?? "web";
  const image = new Remote("CustomImage", name, config.requireObject("image"), ["imageId", "regions", "imageIds"], {
    protect: config.getBoolean("protect"),
    aliases: name === "web" ? [] : [{ name: "web" }],
  });
  const fleetArgs = { ...config.requireObject<pulumi.Inputs>("fleet"), image: inRegion(image, config.get("in") ?? "ams3") };
  const fleet = new Remote("DropletFleet", "web", { ...fleetArgs, userData: config.requireSecret("userData") }, ["addresses"]);
  return { imageIds: image.imageIds, addresses: fleet.addresses };
}

/** What an SDK has as the method `in`. */
function inRegion(image: Remote, region: string): pulumi.Output<string> {
  const found = pulumi.runtime.call<{ readonly imageId: string }>("imagefleet:index:CustomImage/in", { __self__: image, region }, image);
  return found.apply(({ imageId }) => imageId);
}

function wholeService(args: pulumi.Inputs) {
  const made = new Remote("ImageService", "shop", args, ["url", "addresses", "loadBalancers", "imageId"]);
  return { url: made.url, addresses: made.addresses };
}
