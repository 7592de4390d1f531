import type { Api } from "../api/api";
import type { World } from "../world";
import { ImageWatcher, type WatcherSurroundings } from "./imageWatcher";
import { SingleFlight } from "../waiting/singleFlight";

/** The watchers of one configured provider: one an image. */
export class Watchers {
  readonly #around: WatcherSurroundings;
  readonly #watchers = new Map<string, ImageWatcher>();

  constructor(api: Api, world: World) {
    this.#around = { api, world, history: new SingleFlight((signal) => api.actions.recent(signal)) };
  }

  of(imageId: string): ImageWatcher {
    const watcher = this.#watchers.get(imageId) ?? new ImageWatcher(imageId, this.#around);
    this.#watchers.set(imageId, watcher);
    return watcher;
  }
}
