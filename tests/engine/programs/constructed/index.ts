import * as pulumi from "@pulumi/pulumi";

/** A component as an SDK that is generated from the schema has it: by its token and `remote`. */
class Remote extends pulumi.ComponentResource {
  declare readonly imageIds: pulumi.Output<Readonly<Record<string, string>>>;
  declare readonly addresses: pulumi.Output<readonly string[]>;
  declare readonly url: pulumi.Output<string>;
  declare readonly fleets: pulumi.Output<object>;

  constructor(type: string, name: string, args: pulumi.Inputs, outputs: readonly string[], opts?: pulumi.ComponentResourceOptions) {
    const asked = Object.fromEntries(outputs.map((output) => [output, undefined]));
    super(`imagefleet:index:${type}`, name, { ...asked, ...args }, { version: "0.1.0", ...opts }, true);
  }
}

class Second extends pulumi.ProviderResource {
  constructor(name: string) {
    super("imagefleet", name, {}, { version: "0.1.0" });
  }
}

const config = new pulumi.Config();
const service = config.getObject<pulumi.Inputs>("service");
const later = config.getObject<pulumi.Inputs>("later");

/** README's five lines, or what the configuration has in their place: a whole service, or an image after another. */
export const outputs = service === undefined ? (later === undefined ? fiveLines() : oneAfterAnother(later)) : wholeService(service);

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

/** With the options of a component that are not the component's own: who its children go to, what they wait for, and what changes them. */
function oneAfterAnother(args: pulumi.Inputs) {
  const earlier = new Remote("CustomImage", "earlier", config.requireObject("image"), ["imageId"]);
  const tagged: pulumi.ResourceTransform = ({ type, props, opts }) =>
    type === "imagefleet:index:ImageImport" ? { props: { ...(props as object), tags: ["reached"] }, opts } : undefined;
  const image = new Remote("CustomImage", "later", args, ["imageId"], {
    dependsOn: earlier,
    providers: [new Second("second")],
    transforms: [tagged],
  });
  return { urn: image.urn };
}

/** What an SDK has as the method `in`. */
function inRegion(image: Remote, region: string): pulumi.Output<string> {
  const found = pulumi.runtime.call<{ readonly imageId: string }>("imagefleet:index:CustomImage/in", { __self__: image, region }, image);
  return found.apply(({ imageId }) => imageId);
}

/** With a transform that reaches what is below the service. */
function wholeService(args: pulumi.Inputs) {
  const reach: pulumi.ResourceTransform = ({ type, props, opts }) => {
    const { tags = [], ...others } = props as { readonly tags?: readonly string[] };
    if (type === "imagefleet:index:Fleet") return { props: { ...others, tags: [...tags, "reached"] }, opts };
    if (type === "digitalocean:index/loadBalancer:LoadBalancer") return { props: { ...props, sizeUnit: 2 }, opts };
    return undefined;
  };
  const made = new Remote("ImageService", "shop", args, ["url", "addresses", "loadBalancers", "imageId", "fleets"], {
    transforms: [reach],
  });
  return { url: made.url, addresses: made.addresses, fleets: made.fleets };
}
