import { SingleFlight } from "../../../provider/waiting/singleFlight";

const signal = new AbortController().signal;

describe("a shared read", () => {
  it("asks once for all who ask before it is forgotten, and anew after", async () => {
    let asked = 0;
    const read = new SingleFlight(() => Promise.resolve(++asked));
    expect(await Promise.all([read.get(signal), read.get(signal)])).toEqual([1, 1]);
    expect(await read.get(signal)).toBe(1);
    read.forget();
    expect(await read.get(signal)).toBe(2);
  });

  it("takes an answer that came another way", async () => {
    const read = new SingleFlight(() => Promise.resolve(1));
    read.set(5);
    expect(await read.get(signal)).toBe(5);
  });

  it("doesn't keep a failure", async () => {
    const answers = [Promise.reject(new Error("no answer")), Promise.resolve("yes")];
    const read = new SingleFlight(() => answers.shift() ?? Promise.resolve("more"));
    await expect(read.get(signal)).rejects.toThrow("no answer");
    expect(await read.get(signal)).toBe("yes");
  });

  it("lets one asker go without taking the answer from the others", async () => {
    let answer: (value: string) => void = () => undefined;
    let aborted = false;
    const read = new SingleFlight((inner) => {
      inner.addEventListener("abort", () => (aborted = true));
      return new Promise<string>((resolve) => (answer = resolve));
    });
    const leaving = new AbortController();
    const left = read.get(leaving.signal);
    const stayed = read.get(signal);
    leaving.abort(new Error("cancelled"));
    await expect(left).rejects.toThrow("cancelled");
    expect(aborted).toBe(false);
    answer("here");
    expect(await stayed).toBe("here");
  });

  it("aborts the request when the last asker has gone", async () => {
    let aborted = false;
    const read = new SingleFlight<string>((inner) => {
      inner.addEventListener("abort", () => (aborted = true));
      return new Promise(() => undefined);
    });
    const leaving = new AbortController();
    const left = read.get(leaving.signal);
    leaving.abort(new Error("cancelled"));
    await expect(left).rejects.toThrow("cancelled");
    expect(aborted).toBe(true);
  });
});
