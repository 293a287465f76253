import { Emitter } from './emitter.js';
import { Recent } from './recent.js';

const REST_MS = 150; // at a frame: those that are passed are not asked for
const FRAMES = 50;

/**
 * The proposals of the frame that is shown, while somebody wants to see them.
 *
 * Emits `change`, and `trouble` with an error.
 */
export class Proposals extends Emitter {
  /** [{box, score}] by their numbers; null while they are not wanted, or not there. */
  list = null;
  /** Whether they are asked for and not there. */
  waiting = false;
  #shown;
  #kept;
  #wanted = false;
  #frame = null;
  #timer = null;

  constructor({ api, shown }) {
    super();
    this.#shown = shown;
    this.#kept = new Recent((frame) => api.proposals(frame), FRAMES);
    shown.on('change', () => this.#renew());
  }

  want(wanted) {
    this.#wanted = wanted;
    this.#renew();
  }

  #renew() {
    const frame = this.#wanted ? this.#shown.frame : null;
    if (frame === this.#frame) return; // its masks are others: its proposals are not
    this.#frame = frame;
    clearTimeout(this.#timer);
    this.#tell(null, false);
    if (frame !== null) this.#timer = setTimeout(() => this.#load(frame), REST_MS);
  }

  async #load(frame) {
    this.#tell(null, true);
    try {
      const list = await this.#kept.get(frame);
      if (frame === this.#frame) this.#tell(list, false);
    } catch (error) {
      if (frame !== this.#frame) return;
      this.#frame = null; // it is asked for again
      this.#tell(null, false);
      this.emit('trouble', error);
    }
  }

  #tell(list, waiting) {
    Object.assign(this, { list, waiting });
    this.emit('change');
  }
}
