import { withOwnHeaders } from "../../../../provider/source/bytes/ownHeaders";

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
    expect((await withOwnHeaders(send, { ...key, Range: "bytes=7-8" })(request)).status).toBe(200);
    expect(asked).toEqual([
      "HEAD https://one.example/a secret bytes=0-1",
      "HEAD https://one.example/b secret bytes=0-1",
      "HEAD https://two.example/c - bytes=0-1",
      "HEAD https://one.example/d secret bytes=0-1",
    ]);
  });

  it("are sent ten redirects far", async () => {
    const { send, asked } = server({ "https://one.example/a": "/a" });
    expect((await withOwnHeaders(send, key)(new Request("https://one.example/a"))).status).toBe(302);
    expect(asked).toHaveLength(11);
  });
});
