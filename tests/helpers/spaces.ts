import { hasSpacesGateway } from "../../local/spacesGateway";

/** Spaces is a Ceph RADOS Gateway; its tests run against one, and say so loudly where it isn't installed. */
export const describeWithSpaces: jest.Describe = hasSpacesGateway() ? describe : describe.skip;
if (!hasSpacesGateway()) console.warn("Skipped: these tests need a Ceph RADOS Gateway (Debian: ceph-mon ceph-osd radosgw).");

export { startSpacesGateway as startSpaces, type SpacesGateway as TestSpaces } from "../../local/spacesGateway";
