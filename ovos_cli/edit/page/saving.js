import { Unreachable } from './api.js';
import { Emitter } from './emitter.js';

/**
 * Writes, one after another as they were made; they wait for a lost connection. Emits `change`.
 */
export class Saving extends Emitter {
  pending = 0;
  #last = Promise.resolve();
  #connection;

  constructor(connection) {
    super();
    this.#connection = connection;
  }

  /** Resolves to what the write does; it is refused as the write is. */
  write(act) {
    this.#count(1);
    const done = this.#last.then(() => this.#insist(act)).finally(() => this.#count(-1));
    this.#last = done.catch(() => {});
    return done;
  }

  /** When all that was written until now is. */
  idle() {
    return this.#last;
  }

  #count(change) {
    this.pending += change;
    this.emit('change');
  }

  async #insist(act) {
    for (;;) {
      try {
        return await act();
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error;
        await this.#connection.back();
      }
    }
  }
}
