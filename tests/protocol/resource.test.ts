import { unknownValue } from "../../provider/host/property";
import { check, connectConfigured, create, diff, failureOf, read, remove, secret, unknownString, update } from "./connection";
import { toyProvider, unfinished } from "./toy";

describe("check", () => {
  test("fills in defaults and keeps secrets and unknowns", async () => {
    const connection = await connectConfigured(toyProvider());
    const { inputs, failures } = await check(connection, { name: unknownString, userData: secret("hush") });
    expect(failures).toEqual([]);
    expect(inputs).toEqual({ name: unknownString, size: 1, userData: secret("hush") });
  });

  test("reports every fault with its path, and no value of a secret", async () => {
    const connection = await connectConfigured(toyProvider());
    const { failures } = await check(connection, {
      regoins: [],
      size: "big",
      regions: ["ams3", "Amsterdam", unknownString],
      gate: { http: { port: 1.5 }, password: 7 },
      userData: secret(["hush"]),
    });
    expect(failures).toEqual([
      { property: "regoins", reason: "is not a known property. Did you mean `regions`?" },
      { property: "name", reason: "must be given." },
      { property: "size", reason: "must be a whole number, got `big`." },
      { property: "", reason: "`regions[1]` must be a region slug such as `ams3`, got `Amsterdam`." },
      { property: "", reason: "`gate.http.port` must be a whole number." },
      { property: "", reason: "`gate.password` must be a string." },
      { property: "", reason: "`userData` must be a string." },
    ]);
  });

  test("hands the resource's own check what was there before, faulty parts unknown, and adds its faults", async () => {
    const seen: unknown[] = [];
    const provider = toyProvider({
      check: (inputs, previous) => {
        seen.push([inputs.size, previous?.name]);
        return [{ property: "note", expectation: "must differ from `name`", received: inputs.note, remedy: "Leave it out." }];
      },
    });
    const connection = await connectConfigured(provider);
    const { failures } = await check(connection, { name: "web", size: "big", note: "web" }, { name: "old" });
    await check(connection, { name: "web" });
    expect(seen).toEqual([
      [unknownValue, "old"],
      [1, undefined],
    ]);
    expect(failures[1]).toEqual({ property: "note", reason: "must differ from `name`, got `web`. Leave it out." });
  });

  test("completes inputs that have no fault, and says in one sentence without a secret why it can't", async () => {
    const provider = toyProvider({
      complete: (inputs, previous, { token }) => {
        if (inputs.note === "bad") return Promise.reject(new Error(`\`userData\` can't be read: ${String(inputs.userData)}.`));
        return Promise.resolve({ ...inputs, note: `${String(previous?.name)} ${token.length}` });
      },
    });
    const connection = await connectConfigured(provider);
    const completed = await check(connection, { name: "web", userData: secret("hush-hush") }, { name: "old" });
    expect(completed).toEqual({ inputs: { name: "web", size: 1, userData: secret("hush-hush"), note: "old 10" }, failures: [] });
    const { failures } = await check(connection, { name: "web", note: "bad", userData: secret("hush-hush") });
    expect(failures).toEqual([{ property: "", reason: "`userData` can't be read: [secret]." }]);
    expect((await check(connection, { name: "two words", note: "bad" })).failures).toHaveLength(1);
  });
});

describe("diff", () => {
  test("is silent where nothing or only what does nothing has changed", async () => {
    const connection = await connectConfigured(toyProvider());
    const silent = { changes: false, replaces: [], stables: ["id"], deleteBeforeReplace: false, detailed: {} };
    expect(await diff(connection, { oldInputs: { name: "web" }, news: { name: "web", size: 1 } })).toEqual(silent);
    expect(await diff(connection, { oldInputs: { name: "web", note: "a" }, news: { name: "web", size: 1, note: "b" } })).toEqual(silent);
  });

  test("says what is added, removed, updated and replaced", async () => {
    const connection = await connectConfigured(toyProvider());
    const oldInputs = { name: "web", size: 1, regions: ["ams3"] };
    expect(await diff(connection, { oldInputs, news: { name: unknownString, size: 2, userData: secret("hush") } })).toEqual({
      changes: true,
      replaces: ["name"],
      stables: [],
      deleteBeforeReplace: false,
      detailed: {
        name: "UPDATE_REPLACE of inputs",
        size: "UPDATE of inputs",
        regions: "DELETE of inputs",
        userData: "ADD of inputs",
      },
    });
  });

  test("lets the resource take changes out and add drifted outputs by their top-level name", async () => {
    const provider = toyProvider({
      diff: ({ effects, state }) => ({ ...effects, size: "none", live: state.live?.length === 0 ? "roll" : "none" }),
    });
    const connection = await connectConfigured(provider);
    const oldInputs = { name: "web", size: 1 };
    const answer = await diff(connection, { olds: { ...oldInputs, live: [] }, oldInputs, news: { name: "web", size: 2 } });
    expect(answer.detailed).toEqual({ live: "UPDATE of outputs" });
  });
});

describe("create", () => {
  test("answers with id and state; an output is secret by its table or as the input of its name", async () => {
    const connection = await connectConfigured(toyProvider());
    expect(await create(connection, { name: "web", size: 1, userData: secret("hush"), note: "open" })).toEqual({
      id: "m-web",
      properties: {
        name: "web",
        size: 1,
        note: "open",
        userData: secret("hush"),
        address: "127.0.0.2",
        key: secret("open-sesame"),
        live: [],
      },
    });
  });

  test("previews without calling create: outputs are unknown, or what the resource foresees", async () => {
    const create1 = jest.fn();
    const plain = await connectConfigured(toyProvider({ create: create1 }));
    const outputs = { address: unknownString, key: unknownString, live: unknownString };
    expect(await create(plain, { name: "web", note: unknownString }, { preview: true })).toEqual({
      id: "",
      properties: { name: "web", note: unknownString, ...outputs },
    });
    const seeing = await connectConfigured(toyProvider({ create: create1, preview: () => Promise.resolve({ address: "127.0.0.7" }) }));
    const foreseen = await create(seeing, { name: "web" }, { preview: true });
    expect(foreseen.properties).toEqual({ name: "web", ...outputs, address: "127.0.0.7" });
    expect(create1).not.toHaveBeenCalled();
  });

  test("that fails says so in one sentence, with nothing kept and no secret", async () => {
    const connection = await connectConfigured(
      toyProvider({ create: () => Promise.reject(new Error("The name is taken; token t0p-s3cr3t, data hush-hush.")) }),
    );
    expect(await failureOf(create(connection, { name: "web", userData: secret("hush-hush") }))).toEqual({
      details: "The name is taken; token [secret], data [secret].",
    });
  });

  test("that ends half-way keeps id and state, with its secrets secret", async () => {
    const connection = await connectConfigured(toyProvider({ create: () => Promise.reject(unfinished("1 of 3 serves.")) }));
    expect(await failureOf(create(connection, { name: "web", userData: secret("top secret") }))).toEqual({
      details: "1 of 3 serves.",
      kept: {
        id: "m-web",
        properties: { name: "web", address: "127.0.0.2", live: ["one"], userData: secret("top secret") },
        inputs: undefined,
        reasons: ["1 of 3 serves."],
      },
    });
  });

  test("that trips over its own fault says whose fault it is; the stack goes to the debug log, and the provider lives on", async () => {
    const connection = await connectConfigured(
      toyProvider({
        create: () => {
          throw new TypeError("x is not a function");
        },
      }),
    );
    const { details } = await failureOf(create(connection, { name: "web" }));
    expect(details).toBe("This is a fault in imagefleet, not in your program: create stopped with TypeError: x is not a function.");
    expect(connection.debugged.join()).toContain("resource.test");
    expect((await check(connection, { name: "web" })).failures).toEqual([]);
  });

  test("runs beside other creates", async () => {
    const waiting: (() => void)[] = [];
    const provider = toyProvider({
      create: async ({ name }) => {
        await new Promise<void>((resolve) => {
          if (waiting.push(resolve) === 2) waiting.forEach((go) => go());
        });
        return { id: name, state: { name, size: 1, address: "" } };
      },
    });
    const connection = await connectConfigured(provider);
    const both = await Promise.all([create(connection, { name: "a" }), create(connection, { name: "b" })]);
    expect(both.map(({ id }) => id)).toEqual(["a", "b"]);
  });
});

describe("update, read and delete", () => {
  test("update is given the live outputs, and keeps what was not returned out of the state", async () => {
    const connection = await connectConfigured(toyProvider());
    const news = { name: "web", size: 2, userData: secret("hush") };
    expect(await update(connection, { name: "web", address: "127.0.0.5", note: "old", live: ["one"] }, news)).toEqual({
      name: "web",
      size: 2,
      userData: secret("hush"),
      address: "127.0.0.5",
      live: ["one"],
    });
  });

  test("update's preview keeps the old outputs, drops inputs that are gone, and takes what the resource foresees", async () => {
    const olds = { name: "web", note: "old", address: "127.0.0.5", live: ["one"] };
    const plain = await connectConfigured(toyProvider());
    expect(await update(plain, olds, { name: "web", size: 2 }, { preview: true })).toEqual({
      name: "web",
      size: 2,
      address: "127.0.0.5",
      live: ["one"],
    });
    const seeing = await connectConfigured(toyProvider({ preview: () => Promise.resolve({ live: unknownValue }) }));
    expect(await update(seeing, olds, { name: "web", size: 2 }, { preview: true })).toEqual({
      name: "web",
      size: 2,
      address: "127.0.0.5",
      live: unknownString,
    });
  });

  test("read for a refresh answers state and inputs, secrets kept; for an import, from the id alone", async () => {
    const connection = await connectConfigured(toyProvider());
    const known = { state: { name: "web", userData: secret("hush") }, inputs: { name: "web", userData: secret("hush") } };
    expect(await read(connection, "m-web", known)).toEqual({
      id: "m-web",
      properties: { name: "web", userData: secret("hush"), address: "127.0.0.9", key: secret("open-sesame") },
      inputs: { name: "web", userData: secret("hush") },
    });
    expect(await read(connection, "m-db")).toEqual({
      id: "m-db",
      properties: { name: "db", address: "127.0.0.9", key: secret("open-sesame") },
      inputs: { name: "db" },
    });
  });

  test("read of a resource that is gone answers no id", async () => {
    const connection = await connectConfigured(toyProvider());
    expect((await read(connection, "m-gone")).id).toBe("");
  });

  test("read of an unhealthy resource keeps its live state and inputs", async () => {
    const failing = unfinished("Two versions run.");
    Object.assign(failing, { inputs: { name: "web", userData: "top secret" } });
    const connection = await connectConfigured(toyProvider({ read: () => Promise.reject(failing) }));
    const known = { state: { name: "web" }, inputs: { name: "web", userData: secret("top secret") } };
    const { kept } = await failureOf(read(connection, "m-web", known));
    expect(kept?.reasons).toEqual(["Two versions run."]);
    expect(kept?.inputs).toEqual({ name: "web", userData: secret("top secret") });
  });

  test("delete is given the state", async () => {
    const deleted: unknown[] = [];
    const provider = toyProvider({
      delete: (id, state) => {
        deleted.push([id, state]);
        return Promise.resolve();
      },
    });
    const connection = await connectConfigured(provider);
    await remove(connection, { name: "web", userData: secret("hush") });
    expect(deleted).toEqual([["m-web", { name: "web", userData: "hush" }]]);
  });

  test("a former name is the present one in a state, at any depth, and an error in a program", async () => {
    const seen: unknown[] = [];
    const provider = toyProvider({
      check: (_inputs, previous) => (seen.push(previous), []),
      delete: (_id, state) => Promise.resolve(void seen.push(state)),
    });
    const connection = await connectConfigured(provider);
    const former = { name: "web", size: 1, zones: secret(["ams3"]), gate: { http: { listen: 80 } } };
    const present = { name: "web", size: 1, regions: secret(["ams3"]), gate: { http: { port: 80 } } };
    const plain = { ...present, regions: ["ams3"] };

    const { failures } = await check(connection, { ...former, zones: ["ams3"] }, former);
    expect(failures).toEqual([
      { property: "zones", reason: "is called `regions` now. Rename it." },
      { property: "", reason: "`gate.http.listen` is called `port` now. Rename it." },
      { property: "", reason: "`gate.http.port` must be given." },
    ]);
    expect(await diff(connection, { oldInputs: former, news: present })).toMatchObject({ changes: false, detailed: {} });
    expect(await diff(connection, { oldInputs: former, news: former })).toMatchObject({ changes: false, detailed: {} });
    expect((await read(connection, "m-web", { state: former, inputs: former })).inputs).toEqual(present);
    await remove(connection, former);
    expect(seen).toEqual([plain, plain]);
  });

  test("a type that the package has not is refused by name", async () => {
    const connection = await connectConfigured({ ...toyProvider(), resources: [] });
    const { details } = await failureOf(create(connection, { name: "web" }));
    expect(details).toBe("`toy:index:Machine` is not a resource of toy 1.2.3.");
  });
});
