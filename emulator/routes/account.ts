import type { Route } from "../route";

export const accountRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/v2/account",
    scope: "account:read",
    handle: ({ cloud, team }) => ({
      status: 200,
      body: {
        account: {
          droplet_limit: cloud.options.dropletLimit,
          floating_ip_limit: cloud.options.reservedIpLimit,
          reserved_ip_limit: cloud.options.reservedIpLimit,
          volume_limit: 100,
          email: "sammy@example.com",
          name: "Sammy the Shark",
          uuid: team.ownerUuid,
          email_verified: true,
          status: "active",
          status_message: "",
          team: { uuid: team.uuid, name: team.name },
        },
      },
    }),
  },
];
