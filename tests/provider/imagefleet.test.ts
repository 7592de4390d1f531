import { unknownValue } from "../../provider/host/property";
import { imagefleet } from "../../provider/imagefleet";
import { simulate } from "../helpers/simulation";

function faults(given: NonNullable<Parameters<NonNullable<ReturnType<typeof imagefleet>["checkConfiguration"]>>[0]>): readonly string[] {
  return (
    imagefleet()
      .checkConfiguration?.(given)
      .map(({ property }) => property) ?? []
  );
}

describe("the provider's configuration", () => {
  it("needs a token, and says where it is read from and where not", () => {
    const [missing] = imagefleet().checkConfiguration?.({}) ?? [];
    expect(missing?.property).toBe("token");
    expect(missing?.remedy).toMatch(
      /`imagefleet:token`.*`DIGITALOCEAN_TOKEN`.*`DIGITALOCEAN_ACCESS_TOKEN`; `digitalocean:token` is not read/,
    );
    const world = simulate(1).context.world;
    expect(() => imagefleet().configure({ apiEndpoint: "https://api.example.com", namespace: "" }, world)).toThrow("`token` must be set");
  });

  it("takes https endpoints, and plain http on loopback only", () => {
    expect(faults({ token: "t", apiEndpoint: "https://api.example.com" })).toEqual([]);
    expect(faults({ token: "t", apiEndpoint: "http://127.0.0.1:8080" })).toEqual([]);
    expect(faults({ token: "t", apiEndpoint: "http://api.example.com" })).toEqual(["apiEndpoint"]);
    expect(faults({ apiEndpoint: "api" })).toEqual(["token", "apiEndpoint"]);
  });

  it("isn't judged where it isn't known yet", () => {
    expect(faults({ token: unknownValue, apiEndpoint: unknownValue })).toEqual([]);
  });
});
