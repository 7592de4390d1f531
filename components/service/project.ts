import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import type { ImageServiceArgs, ServiceProjectArgs } from "./serviceArgs";
import type { Household, Surroundings } from "./surroundings";

/**
 * The project that is made or given, with the load balancers in it; the fleets put their Droplets there. Reserved addresses stay where they
 * are: the API and the official package call them by different URNs there, which would differ for ever.
 */
export function projectOf(
  { parent, logicalName, name }: Household,
  wanted: NonNullable<ImageServiceArgs["project"]>,
  loadBalancers: Surroundings["loadBalancers"],
): Pick<Surroundings, "project" | "projectId"> {
  const project = isDescription(wanted) ? new digitalocean.Project(logicalName, { name, ...wanted }, { parent }) : undefined;
  const projectId = project?.id ?? (wanted as pulumi.Input<string>);
  const resources = Object.values(loadBalancers).map(({ loadBalancerUrn }) => loadBalancerUrn);
  if (resources.length > 0) new digitalocean.ProjectResources(logicalName, { project: projectId, resources }, { parent });
  return { project, projectId };
}

function isDescription(wanted: NonNullable<ImageServiceArgs["project"]>): wanted is ServiceProjectArgs {
  return typeof wanted === "object" && !pulumi.Output.isInstance(wanted) && !(wanted instanceof Promise);
}
