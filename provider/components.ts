import type { ComponentType, MethodType } from "./host/provider";
import { taken, type Property, type PropertyTable } from "./host/property";
import { dropletFleetOutputs, imageService } from "./imageService";
import { fleetInputs } from "./resources/fleet/fleetTable";
import { importInputs, importOutputs } from "./resources/imageImport/imageImportTable";
import { replicaInputs } from "./resources/imageReplica/imageReplica";

const ownName = "Default: the component's own name.";

const regions: Property = {
  shape: { listOf: "string" },
  required: true,
  plain: true,
  doc: "Slugs of the regions the image is wanted in, each once, at least one; a plain list, for it decides which resources exist. Adding a region copies the image there. Taking one out leaves that copy at DigitalOcean, which can't remove an image from one region.",
};

const waitFor: Property = {
  shape: { listOf: "string" },
  plain: true,
  doc: 'The copies that `pulumi up` waits for: regions out of `regions`, or `["home"]` for the first of them, or `["all"]`. The others are started, and finish by themselves. Default: `["all"]`. A change updates.',
};

const replicationOutputs = {
  imageId: { shape: "string", required: true, doc: "The image's number, the same in all regions." },
  regions: {
    shape: { listOf: "string" },
    required: true,
    doc: "Slugs of the regions that are waited for, known once the image is in all of them.",
  },
  imageIds: {
    shape: { mapOf: "string" },
    required: true,
    doc: "The image's number by region, for each region that is waited for: a Droplet that takes it from here starts once the copies are there.",
  },
} as const satisfies PropertyTable;

/** `in(region)`: where languages have methods. */
const methods: Readonly<Record<string, MethodType>> = {
  in: {
    doc: "The image's number, known once the image is in that region. Fails for a region that is not waited for.",
    inputs: { region: { shape: "string", required: true, doc: "Slug of one of `regions`." } },
    outputs: { imageId: { shape: "string", required: true, doc: "The image's number." } },
  },
};

/** The components as other languages see them: their tables are those of the resources that they lay out. */
export const components: readonly ComponentType[] = [
  {
    token: "imagefleet:index:CustomImage",
    of: "ImageImport",
    doc: "A custom image: imported once, to the first of `regions`, and copied to all the others at the same time.",
    inputs: {
      source: { ...importInputs.source, required: true },
      ...taken(importInputs, ["description", "distribution", "tags", "retain", "forceDelete"]),
      name: { ...importInputs.name, required: false, doc: `${importInputs.name.doc} ${ownName}` },
      regions,
      waitFor,
      importId: {
        shape: "id",
        plain: true,
        doc: "Number of an image that exists, to be managed by this component instead of importing one. A plain value; it may be taken out again after that `pulumi up`. Default: none.",
      },
    },
    outputs: { ...replicationOutputs, ...taken(importOutputs, ["digest", "minDiskSize", "sizeGigabytes"]) },
    methods,
  },
  {
    token: "imagefleet:index:ImageReplication",
    of: "ImageReplica",
    doc: "An image or snapshot of this account, present in every region of a list. All missing copies run at the same time.",
    inputs: { image: { ...replicaInputs.imageId, required: true }, regions, waitFor },
    outputs: replicationOutputs,
    methods,
  },
  {
    token: "imagefleet:index:DropletFleet",
    of: "Fleet",
    doc: "Droplets in one region that run one image. A new image, size, key or user data rolls them over, each new one serving before an old one goes.",
    inputs: {
      ...fleetInputs,
      region: { ...fleetInputs.region, plain: true },
      name: { ...fleetInputs.name, required: false, doc: `${fleetInputs.name.doc} ${ownName}` },
    },
    outputs: dropletFleetOutputs,
  },
  imageService,
];
