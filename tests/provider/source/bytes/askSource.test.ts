import { askSource } from "../../../../provider/source/bytes/askSource";
import { VirtualClock } from "../../../helpers/virtualClock";

const key = { "x-key": "secret" };

/** Answers by URL: where it redirects to, or nothing. */
function server(redirects: Readonly<Record<string, string>>): { send: (request: Request) => Promise<Response>; asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    send: ({ method, url, headers }) => {
      asked.push(`${method} ${url} ${headers.get("x-key") ?? "-"} ${headers.get("range") ?? "-"}`);
      const location = redirects[url];
      return Promise.resolve(new Response(null, location === undefined ? {} : { status: 302, headers: { location } }));
    },
  };
}

describe("headers of a source", () => {
  it("go to its own server only, and the request's own come first", async () => {
    const { send, asked } = server({
      "https://one.example/a": "/b",
      "https://one.example/b": "https://two.example/c",
      "https://two.example/c": "https://one.example/d",
    });
    const request = new Request("https://one.example/a", { method: "HEAD", headers: { range: "bytes=0-1" } });
    expect((await askSource({ send, clock: new VirtualClock() }, { ...key, Range: "bytes=7-8" })(request)).status).toBe(200);
    expect(asked).toEqual([
      "HEAD https://one.example/a secret bytes=0-1",
      "HEAD https://one.example/b secret bytes=0-1",
      "HEAD https://two.example/c - bytes=0-1",
      "HEAD https://one.example/d secret bytes=0-1",
    ]);
  });

  it("aren't sent in circles, nor more than ten redirects far", async () => {
    const loop = server({ "https://one.example/a": "/b", "https://one.example/b": "/a" });
    const ask = askSource({ send: loop.send, clock: new VirtualClock() }, key);
    await expect(ask(new Request("https://one.example/a"))).rejects.toThrow("redirects in a loop");
    expect(loop.asked).toHaveLength(2);
    const chain = server(Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`https://one.example/${at}`, `/${at + 1}`])));
    await expect(askSource({ send: chain.send, clock: new VirtualClock() })(new Request("https://one.example/0"))).rejects.toThrow(
      "redirects more than 10 times",
    );
    expect(chain.asked).toHaveLength(11);
  });
});

describe("an answer that may pass", () => {
  /** Gives the answers one after the other, the last one ever after; answers the last one's status and when each was asked for, in seconds. */
  async function asked(...answers: readonly (readonly [status: number, retryAfter?: string])[]): Promise<[number, number[]]> {
    const clock = new VirtualClock();
    const [began, at]: [number, number[]] = [clock.now(), []];
    const send = (): Promise<Response> => {
      const [status, after] = answers[Math.min(at.length, answers.length - 1)] ?? [200];
      at.push((clock.now() - began) / 1000);
      return Promise.resolve(new Response(null, { status, headers: after === undefined ? {} : { "retry-after": after } }));
    };
    const { status } = await clock.run(askSource({ send, clock })(new Request("https://one.example/a")));
    return [status, at];
  }

  it("is asked for again, later each time, four times at most", async () => {
    expect(await asked([503], [200])).toEqual([200, [0, 1]]);
    expect(await asked([502])).toEqual([502, [0, 1, 3, 7]]);
  });

  it("is asked for again when the server says, in seconds or by a date, if that is soon", async () => {
    expect(await asked([429, "5"], [503, "Tue, 01 Jan 2030 00:00:20 GMT"], [200])).toEqual([200, [0, 5, 20]]);
    expect(await asked([503, "soon"], [200])).toEqual([200, [0, 1]]);
    expect(await asked([503, "3600"], [200])).toEqual([503, [0]]);
  });

  it.each([200, 403, 404, 416])("isn't one of status %i", async (status) => {
    expect(await asked([status])).toEqual([status, [0]]);
  });
});
