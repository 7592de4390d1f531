import type { Route } from "../route";
import { accountRoutes } from "./account";
import { actionRoutes } from "./actions";
import { certificateRoutes } from "./certificates";
import { domainRoutes } from "./domains";
import { dropletActionRoutes } from "./dropletActions";
import { dropletRoutes } from "./droplets";
import { firewallRoutes } from "./firewalls";
import { imageActionRoutes } from "./imageActions";
import { imageRoutes } from "./images";
import { keyRoutes } from "./keys";
import { loadBalancerRoutes } from "./loadBalancers";
import { projectRoutes } from "./projects";
import { reservedIpRoutes } from "./reservedIps";
import { regionRoutes } from "./regions";
import { sizeRoutes } from "./sizes";
import { snapshotRoutes } from "./snapshots";
import { tagRoutes } from "./tags";
import { vpcRoutes } from "./vpcs";

/** Every route of the API that the emulator models. */
export const routes: readonly Route[] = [
  ...accountRoutes,
  ...keyRoutes,
  ...actionRoutes,
  ...firewallRoutes,
  ...imageActionRoutes,
  ...imageRoutes,
  ...certificateRoutes,
  ...domainRoutes,
  ...dropletActionRoutes,
  ...dropletRoutes,
  ...loadBalancerRoutes,
  ...projectRoutes,
  ...regionRoutes,
  ...reservedIpRoutes,
  ...sizeRoutes,
  ...snapshotRoutes,
  ...tagRoutes,
  ...vpcRoutes,
];
