import type { ProjectsApi } from "./api";
import type { Client } from "./client";
import { path } from "./paths";

export function projectsApi(client: Client): ProjectsApi {
  const resources = (id: string): string => path`/v2/projects/${id}/resources`;

  return {
    exists: async (id, signal) => (await client.find(path`/v2/projects/${id}`, "project", signal)) !== undefined,
    urns: async (id, signal) =>
      ((await client.list(resources(id), {}, "resources", signal)) as { readonly urn: string }[]).map(({ urn }) => urn),
    assign: (id, urns, signal) =>
      client.request({ method: "POST", path: resources(id), body: { resources: urns }, idempotent: true }, signal),
  };
}
