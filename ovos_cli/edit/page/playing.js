import { Emitter } from './emitter.js';

const AHEAD = 6; // frames loaded before they are shown
const USUAL_RATE = 25;

/** Plays frame by frame: none is left out, so it is slower where frames take longer. Emits `change`. */
export class Playing extends Emitter {
  running = false;
  #shot;
  #look;
  #shown;

  constructor({ shot, look, shown }) {
    super();
    this.#shot = shot;
    this.#look = look;
    this.#shown = shown;
  }

  toggle() {
    if (this.running) this.stop();
    else this.#play();
  }

  stop() {
    if (!this.running) return;
    this.running = false;
    this.emit('change');
    this.#shown.show(this.#look.frame);
  }

  async #play() {
    const { first, last, info } = this.#shot;
    const pause = 1000 / (info.rate || USUAL_RATE);
    this.running = true;
    this.emit('change');
    if (this.#look.frame >= last) this.#look.toFrame(first);
    let due = performance.now();
    while (this.running && this.#look.frame < this.#shot.last) {
      const frame = this.#look.frame + 1;
      for (let next = frame; next <= Math.min(frame + AHEAD, this.#shot.last); next++) {
        this.#shown.ahead(next, { quick: true });
      }
      due = Math.max(due + pause, performance.now());
      this.#look.toFrame(frame);
      await this.#shown.show(frame, { quick: true });
      await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
      if (this.#look.frame !== frame) break; // somebody has gone elsewhere
    }
    this.stop();
  }
}
