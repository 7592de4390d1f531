import type { Property } from "../../host/property";
import { isStatusRange } from "../../rollout/gates/question";
import { isUuid, uuidExpectation } from "../../rules/uuid";

/** What a new Droplet must show. */
export const gateInput = {
  shape: {
    object: {
      http: {
        shape: {
          object: {
            port: portOf("TCP port, 1 to 65535."),
            path: {
              shape: "string",
              doc: "Path that begins with `/`. Default: `/`.",
              default: "/",
              rules: [{ expectation: "must start with `/`", holds: (path: string) => path.startsWith("/") }],
            },
            status: {
              shape: {
                listOf: "string",
                each: [
                  { expectation: "must be a status from 100 to 599 such as `204`, or a range such as `200-399`", holds: isStatusRange },
                ],
              },
              doc: "Statuses that are good answers, each as `204` or as a range. Default: `200-399`.",
              default: ["200-399"],
              rules: [{ expectation: "must name at least one", holds: (statuses: readonly string[]) => statuses.length > 0 }],
            },
            https: {
              shape: "boolean",
              doc: "Ask over TLS. The certificate isn't verified, since a Droplet is asked by its address. Default: false.",
              default: false,
            },
            host: { shape: "string", doc: "`Host` header of the request. Default: the address." },
          },
        },
        doc: "A `GET` from where the program runs, answered with a good status; a redirect isn't followed. Excludes `active`.",
      },
      tcp: {
        shape: { object: { port: portOf("TCP port, 1 to 65535.") } },
        doc: "A TCP connection from where the program runs. Excludes `active`.",
      },
      ssh: {
        shape: { object: { port: { ...portOf("TCP port, 1 to 65535. Default: 22."), required: false, default: 22 } } },
        doc: "A TCP connection on which an SSH server says its name; nobody logs in. Excludes `active`.",
      },
      loadBalancer: {
        shape: "string",
        doc: "Id of a load balancer that must call a Droplet healthy after it has begun to serve: only then the Droplet is available, and an old one may go. It must select by `servingTag` or one of `servingTags`. A Droplet that it has no word of is waited for; one that it calls unhealthy `deadlineSeconds` after it began to serve has failed. Excludes `active`. Default: none.",
        rules: [{ expectation: uuidExpectation, holds: isUuid }],
      },
      address: {
        shape: "string",
        doc: "Which IPv4 address of a Droplet is asked, `public` or `private`; the private one answers only within its VPC. Default: `public`.",
        default: "public",
        rules: [
          { expectation: "must be `public` or `private`", holds: (address: string) => address === "public" || address === "private" },
        ],
      },
      active: {
        shape: "boolean",
        doc: "Ask only that the Droplet is active, which says that it runs, not that it has booted. `true` where it is given. Default: this, with a warning, where nothing is asked.",
        rules: [{ expectation: "must be `true` where it is given", holds: (active: boolean) => active }],
      },
      successThreshold: {
        formerly: "successes",
        shape: "integer",
        doc: "How many good answers in a row pass the gate, 1 to 100; of `loadBalancer` one is enough. Default: 2.",
        default: 2,
        rules: [{ expectation: "must be from 1 to 100", holds: (threshold: number) => threshold >= 1 && threshold <= 100 }],
      },
      intervalSeconds: {
        shape: "number",
        doc: "Seconds from one request to the next, 0.1 to 300. Default: 2.",
        default: 2,
        rules: [{ expectation: "must be from 0.1 to 300", holds: (seconds: number) => seconds >= 0.1 && seconds <= 300 }],
      },
      timeoutSeconds: {
        shape: "number",
        doc: "Seconds that one answer may take, 0.1 to 300. Default: 5.",
        default: 5,
        rules: [{ expectation: "must be from 0.1 to 300", holds: (seconds: number) => seconds >= 0.1 && seconds <= 300 }],
      },
      deadlineSeconds: {
        shape: "number",
        doc: "Seconds from when a Droplet is active, 1 to 3600: a bad answer after that fails it. Time in which it couldn't be asked doesn't count. Default: 300.",
        default: 300,
        rules: [{ expectation: "must be from 1 to 3600", holds: (seconds: number) => seconds >= 1 && seconds <= 3_600 }],
      },
      bakeSeconds: {
        shape: "number",
        doc: "Seconds that a Droplet must stay good after it has begun to serve, before it counts as available, 0 to 86400. Default: 0.",
        default: 0,
        rules: [{ expectation: "must be from 0 to 86400", holds: (seconds: number) => seconds >= 0 && seconds <= 86_400 }],
      },
    },
  },
  doc: "What a new Droplet must show before it serves and an old one may go: `http`, `tcp`, `ssh` and `loadBalancer` in any combination, or `active`. Default: `{ active: true }`, with a warning that nothing is probed. While a Droplet bakes, it must go on showing it. A change applies to Droplets that don't serve yet.",
  example: 'gate: { http: { port: 8080, path: "/healthy" } }',
  default: {},
  change: "update",
} as const satisfies Property;

function portOf(doc: string) {
  const rules = [{ expectation: "must be from 1 to 65535", holds: (port: number) => port >= 1 && port <= 65_535 }];
  return { shape: "integer", doc, required: true, rules } as const;
}
