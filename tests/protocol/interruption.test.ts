import type { Call } from "../../provider/host/resource";
import { cancel, configure, connectConfigured, create, failureOf, remove, secret, until, update, urnOf } from "./connection";
import { toyProvider, unfinished } from "./toy";

const forever = (call: Call) =>
  new Promise<never>((_, reject) => call.signal.addEventListener("abort", () => reject(call.signal.reason as Error)));

test.each([true, false])(
  "a signal ends the provider at once where the engine hangs up at that moment (after a Cancel: %p)",
  async (cancels) => {
    const connection = await connectConfigured(toyProvider());
    if (cancels) await cancel(connection);
    const ended = connection.end();
    connection.client.close();
    await ended;
    expect(connection.clock.pendingTimers).toBe(0);
  },
);

test("a signal leaves the provider there for an engine that has still to cancel", async () => {
  const connection = await connectConfigured(toyProvider());
  const ended = connection.end();
  await until(() => connection.clock.pendingTimers === 1);
  await cancel(connection);
  await ended;
  expect(connection.clock.pendingTimers).toBe(0);
});

test("a signal waits for the answers of the calls that run, after the engine's Cancel too", async () => {
  let answer: (() => void) | undefined;
  const provider = toyProvider({
    create: ({ name }, _, call) =>
      new Promise((resolve) =>
        call.signal.addEventListener("abort", () => (answer = () => resolve({ id: name, state: { name, size: 1, address: "kept" } }))),
      ),
  });
  const connection = await connectConfigured(provider);
  const created = create(connection, { name: "web" });
  await until(() => connection.clock.pendingTimers > 0);
  await cancel(connection);
  const ended = connection.end();
  await until(() => answer !== undefined);
  await connection.clock.advance(4_000);
  answer?.();
  expect((await created).properties).toMatchObject({ address: "kept" });
  await ended;
});

describe("time limit", () => {
  test("ends a create after its custom timeout, and says which to raise", async () => {
    const connection = await connectConfigured(toyProvider({ create: (_, __, call) => forever(call) }));
    const failed = failureOf(create(connection, { name: "web" }, { timeout: 2 }));
    await until(() => connection.clock.pendingTimers === 2);
    await connection.clock.advance(2000);
    expect(await failed).toEqual({
      details: "Stopped after 2 s, the time limit of this create; raise `customTimeouts.create` and run the same command again to go on.",
    });
    expect(connection.clock.pendingTimers).toBe(0);
  });

  test("is the type's own where no custom timeout is set", async () => {
    const connection = await connectConfigured(toyProvider({ delete: (_, __, ___, call) => forever(call) }));
    const failed = failureOf(remove(connection, { name: "web" }));
    await until(() => connection.clock.pendingTimers === 2);
    await connection.clock.advance(59_999);
    expect(connection.clock.pendingTimers).toBe(2);
    await connection.clock.advance(1);
    expect((await failed).details).toMatch(/^Stopped after 60 s, the time limit of this delete; raise `customTimeouts.delete`/);
  });

  test("lets a handler keep what exists", async () => {
    const provider = toyProvider({
      update: (_, __, ___, ____, call) =>
        forever(call).catch((reason: unknown) => {
          throw unfinished((reason as Error).message);
        }),
    });
    const connection = await connectConfigured(provider);
    const failed = failureOf(update(connection, { name: "web" }, { name: "web" }, { timeout: 7 }));
    await until(() => connection.clock.pendingTimers === 2);
    await connection.clock.advance(7000);
    expect((await failed).kept?.reasons).toEqual([
      "Stopped after 7 s, the time limit of this update; raise `customTimeouts.update` and run the same command again to go on.",
    ]);
  });

  test("leaves no timer behind where the operation ends in time", async () => {
    const connection = await connectConfigured(toyProvider());
    await create(connection, { name: "web" });
    expect(connection.clock.pendingTimers).toBe(0);
  });
});

describe("cancel", () => {
  test("ends running operations at once; what a handler says of its own follows the reason", async () => {
    const said = (call: Call) => forever(call).catch(() => Promise.reject(new Error("Droplet 5 is left.")));
    const lost = (call: Call) => forever(call).catch(() => Promise.reject(new DOMException("This operation was aborted", "AbortError")));
    const provider = toyProvider({
      create: (_, __, call) => lost(call),
      update: (_, __, ___, ____, call) => said(call),
      delete: (_, __, ___, call) => forever(call),
    });
    const connection = await connectConfigured(provider);
    const calls = [
      create(connection, { name: "web" }),
      update(connection, { name: "web" }, { name: "web" }),
      remove(connection, { name: "web" }),
    ];
    const failures = calls.map(failureOf);
    await until(() => connection.clock.pendingTimers === 6);
    await cancel(connection);
    const details = "Stopped because the run was cancelled; run the same command again to go on.";
    expect(await Promise.all(failures)).toEqual([{ details }, { details: `${details}\nDroplet 5 is left.` }, { details }]);
  });

  test("is over when the engine configures the provider again", async () => {
    const connection = await connectConfigured(toyProvider({ create: (_, __, call) => forever(call) }));
    await cancel(connection);
    expect((await failureOf(create(connection, { name: "web" }))).details).toMatch(/^Stopped because the run was cancelled/);
    await configure(connection, { token: secret("another") });
    const failed = failureOf(create(connection, { name: "web" }, { timeout: 1 }));
    await until(() => connection.clock.pendingTimers === 2);
    await connection.clock.advance(1000);
    expect((await failed).details).toMatch(/^Stopped after 1 s/);
  });
});

describe("status lines", () => {
  test("progress is paced: the first at once, of those within 5 s the last, the one that waits at the end, none after it", async () => {
    let call: Call | undefined;
    let finish: (() => void) | undefined;
    const provider = toyProvider({
      create: async ({ name }, _, given) => {
        call = given;
        await new Promise<void>((resolve) => (finish = resolve));
        return { id: name, state: { name, size: 1, address: "" } };
      },
    });
    const connection = await connectConfigured(provider);
    const created = create(connection, { name: "web", userData: secret("hush-hush") });
    await until(() => call !== undefined);

    call?.progress("one, not hush-hush");
    call?.progress("two");
    call?.progress("three");
    await connection.clock.advance(4999);
    await until(() => connection.heard.length >= 1);
    expect(connection.heard.map(({ text }) => text)).toEqual(["one, not [secret]"]);
    await connection.clock.advance(1);
    await until(() => connection.heard.length >= 2);
    await connection.clock.advance(5000);
    call?.progress("four");
    call?.progress("five");
    finish?.();
    await created;
    call?.progress("six");
    await connection.clock.advance(60_000);
    await until(() => connection.heard.length >= 4);
    expect(connection.heard).toEqual(
      ["one, not [secret]", "three", "four", "five"].map((text) => ({ kind: "info*", urn: urnOf("web"), text })),
    );
  });

  test("warnings and lines of information stay, and are never errors", async () => {
    const connection = await connectConfigured(
      toyProvider({
        delete: (_, __, ___, call) => {
          call.warn("The copy in ams3 stays.");
          call.info("Retired.");
          return Promise.resolve();
        },
      }),
    );
    await remove(connection, { name: "web" });
    await until(() => connection.heard.length === 2);
    expect(connection.heard).toEqual([
      { kind: "warning", urn: urnOf("web"), text: "The copy in ams3 stays." },
      { kind: "info", urn: urnOf("web"), text: "Retired." },
    ]);
  });
});
