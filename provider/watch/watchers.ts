import type { Api } from "../api/api";
import type { World } from "../world";
import { ImageWatcher, type WatcherSurroundings } from "./imageWatcher";
import { SingleFlight } from "../waiting/singleFlight";

/** The watchers of one configured provider: one an image. */
export class Watchers {
  /** How long imports took, in milliseconds, by the image's number: the next one is expected to take as long. */
  readonly importTimes = new Map<string, number>();
  readonly #around: WatcherSurroundings;
  readonly #watchers = new Map<string, ImageWatcher>();

  constructor(api: Api, world: World) {
    const history = new SingleFlight((signal) => api.actions.recent(signal));
    this.#around = { api, world, history, importTimes: this.importTimes };
  }

  /** How long the import of an image took, in whole seconds; undefined where that isn't known. */
  importSeconds(imageId: string): number | undefined {
    const took = this.importTimes.get(imageId);
    return took === undefined ? undefined : Math.round(took / 1_000);
  }

  of(imageId: string): ImageWatcher {
    const watcher = this.#watchers.get(imageId) ?? new ImageWatcher(imageId, this.#around);
    this.#watchers.set(imageId, watcher);
    return watcher;
  }
}
