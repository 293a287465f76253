import { Emitter } from './emitter.js';
import { Recent } from './recent.js';

const PICTURES_BYTES = 256 << 20;
const MASKS_BYTES = 128 << 20;
const QUICK_WIDTH = 960; // of pictures while scrubbing and playing
const AGAIN_MS = 2000; // after which a frame is asked for again that could not be had

/**
 * The frame on the stage: its picture and its masks, loaded together.
 *
 * One frame is loaded at a time; of those asked for meanwhile, the latest is next. So scrubbing shows
 * as many as can be had, and ends where the hand ends. A frame that cannot be had is asked for again while
 * somebody waits for it. Emits `change`.
 */
export class Shown extends Emitter {
  frame = null;
  picture = null;
  ids = null;
  origin = {}; // by id: "given", "forward", "backward" or "merged"
  failed = null; // {frame, error}: what was last asked for and cannot be had
  size; // of the frames
  #full;
  #quick;
  #masks;
  #wanted = null; // {frame, quick}, until it is begun with
  #latest = null; // what was last asked for
  #loading = null;
  #again = null;
  #made = 0; // how often the page has made masks itself

  constructor(api, size) {
    super();
    this.size = size;
    const most = (bytes, each) => Math.max(8, Math.min(500, Math.floor(bytes / each)));
    const area = size.width * size.height;
    const pictures = most(PICTURES_BYTES, 4 * area);
    this.#full = new Recent((frame) => api.picture(frame), pictures);
    this.#quick = new Recent((frame) => api.picture(frame, QUICK_WIDTH), 4 * pictures);
    this.#masks = new Recent(
      async (frame) => (await api.masks(frame)) ?? { ids: new Uint8Array(area), origin: {} },
      most(MASKS_BYTES, area),
    );
  }

  /** Resolves when nothing is left to load. quick: a smaller picture will do. */
  show(frame, { quick = false } = {}) {
    clearTimeout(this.#again);
    this.#wanted = this.#latest = { frame, quick };
    this.#loading ??= this.#load();
    return this.#loading;
  }

  /** When what was last asked for is there; false if it could not be had. */
  async ready(frame) {
    await this.#loading;
    return this.frame === frame;
  }

  /** Load what will be asked for soon. */
  ahead(frame, { quick = false } = {}) {
    this.#picture(frame, quick).catch(() => {});
    this.#masks.get(frame).catch(() => {});
  }

  /** Masks that the page itself has made, until the server tells of them. */
  set(frame, ids, origin) {
    this.#made++;
    this.#masks.put(frame, Promise.resolve({ ids, origin }));
    if (frame !== this.frame) return;
    Object.assign(this, { ids, origin });
    this.emit('change');
  }

  /** The masks of a frame are others now; of all frames, if none is named. */
  async renew(frame = null) {
    if (frame === null) this.#masks.clear();
    else this.#masks.drop(frame);
    const latest = this.#latest;
    if (latest && (frame ?? latest.frame) === latest.frame) await this.show(latest.frame, latest);
  }

  #picture(frame, quick) {
    const small = quick && this.size.width > QUICK_WIDTH && !this.#full.has(frame);
    return (small ? this.#quick : this.#full).get(frame);
  }

  async #load() {
    while (this.#wanted) {
      const { frame, quick } = this.#wanted;
      const made = this.#made;
      this.#wanted = null;
      try {
        const [picture, masks] = await Promise.all([
          this.#picture(frame, quick),
          this.#masks.get(frame),
        ]);
        // What was made meanwhile is newer than what was on its way.
        if (made !== this.#made) {
          this.#wanted ??= { frame, quick };
          continue;
        }
        Object.assign(this, { frame, picture, ...masks, failed: null });
      } catch (error) {
        this.failed = { frame, error };
        if (!this.#wanted) this.#again = setTimeout(() => this.show(frame, { quick }), AGAIN_MS);
      }
      this.emit('change');
    }
    this.#loading = null; // at once: what is asked for from now on is begun anew
  }
}
