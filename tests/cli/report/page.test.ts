import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";
import { readEngineRecord } from "../../../cli/report/engineEvents";
import { pageReport } from "../../../cli/report/page";
import { runOf } from "../../../cli/report/run";
import { copyStep, fleetStep, importStep, RecordedRun } from "./recordedRun";

const executablePath = "/usr/bin/chromium";
const describeInBrowser = existsSync(executablePath) ? describe : describe.skip;
if (!existsSync(executablePath)) console.warn("Skipped: these tests need Chromium (Debian: chromium).");

/** A run with everything on it, and with names as long as they get. */
function eventful(): string {
  const run = new RecordedRun();
  const long = "x".repeat(63);
  const droplets = Array.from({ length: 6 }, (_, slot) => ({
    ...{ id: `${slot}`, name: `${long}-${slot}-83b4`, slot, image: "190000071", createdAt: run.time(20), activeAt: run.time(25) },
    ...(slot === 5
      ? { failure: `Droplet ${long} failed its gate \`http :8080/\`: the connection was refused.` }
      : { servedAt: run.time(30) }),
  }));
  const outputs = { lastChange: { startedAt: run.time(20), endedAt: run.time(60), requests: 40, droplets }, live: [], priceMonthly: 6 };
  run
    .begins(0, importStep())
    .says(1, importStep(), "info", `importing image ${long}${long}`)
    .ends(9, importStep({ imageId: "12", sizeGigabytes: 9 }));
  run.begins(10, copyStep("ams3")).ends(19, copyStep("ams3")).begins(11, copyStep("fra1"));
  run.begins(20, fleetStep()).says(59, fleetStep(), "warning", "Rolling back.").says(60, fleetStep(), "error", `No ${long}.`);
  return String(run.fails(60, fleetStep(outputs)).summary(61, "failed"));
}

describeInBrowser("the page of a run, in a browser", () => {
  let folder: string;
  let browser: Browser;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "imagefleet-report-"));
    await writeFile(path.join(folder, "run.html"), await pageReport(runOf(readEngineRecord(eventful()))));
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  });
  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function open(
    width: number,
    colorScheme: "light" | "dark",
  ): Promise<{ readonly page: Page; readonly asked: readonly string[]; readonly said: readonly string[] }> {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    const asked: string[] = [];
    const said: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    page.on("console", (message) => said.push(message.text()));
    await page.goto(pathToFileURL(path.join(folder, "run.html")).href);
    return { page, asked, said };
  }

  describe.each([1280, 400])("%d px wide", (width) => {
    test("fetches nothing, has nothing to complain of, and needs no sideways scrolling", async () => {
      const { page, asked, said } = await open(width, "light");
      expect(asked).toEqual([page.url()]);
      expect(said).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    });

    test("shows each part, with every bar within its track and no text under another", async () => {
      const { page } = await open(width, "light");
      expect(await page.locator("h2").allTextContents()).toEqual([
        ...["Left to do", "Errors and warnings", "What was wanted", "What happened", "Waits and their causes"],
      ]);
      expect(await page.locator(".lane:not(.axis)").count()).toBe(10);
      for (const track of await page.locator(".track").all()) {
        const box = await track.boundingBox();
        for (const bar of await track.locator(".bar").all()) {
          const { x = -1, width: wide = 0 } = (await bar.boundingBox()) ?? {};
          expect(x).toBeGreaterThanOrEqual((box?.x ?? 0) - 1);
          expect(x + wide).toBeLessThanOrEqual((box?.x ?? 0) + (box?.width ?? 0) + 2);
        }
      }
      for (const lane of await page.locator(".lane:not(.axis)").all()) {
        const [label, track] = [await lane.locator(".label").boundingBox(), await lane.locator(".track").boundingBox()];
        const isBeside = (label?.x ?? 0) + (label?.width ?? 0) <= (track?.x ?? 0) + 1;
        const isAbove = (label?.y ?? 0) + (label?.height ?? 0) <= (track?.y ?? 0) + 1;
        expect(isBeside || isAbove).toBe(true);
      }
    });
  });

  test.each(["light", "dark"] as const)("can be read in %s colours", async (scheme) => {
    const { page } = await open(1280, scheme);
    const pairs = await page.evaluate<readonly (readonly [string, string])[]>(coloursOfText);
    expect(pairs.length).toBeGreaterThan(40);
    for (const [text, background] of pairs) expect([text, background, contrast(text, background) >= 4.5]).toEqual([text, background, true]);
    const behind = luminance(pairs[0]?.[1] ?? "");
    expect(scheme === "dark" ? behind < 0.1 : behind > 0.8).toBe(true);
  });
});

/** Run in the page: each text's own colour, and the colour behind it. */
const coloursOfText = `[...document.querySelectorAll("h1, h2, h3, p, li, dt, dd, .label, .state, time, strong, code")].map((one) => {
  const backgrounds = [];
  for (let at = one; at !== null; at = at.parentElement) backgrounds.push(getComputedStyle(at).backgroundColor);
  return [getComputedStyle(one).color, backgrounds.find((colour) => !colour.endsWith(", 0)"))];
})`;

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** Relative luminance as WCAG has it. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map((part) => {
    const value = Number(part) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
