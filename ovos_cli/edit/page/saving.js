import { Unreachable } from './api.js';
import { Emitter } from './emitter.js';

/**
 * Writes, one after another as they were made; they wait for a lost connection. Emits `change`.
 */
export class Saving extends Emitter {
  pending = 0;
  #last = Promise.resolve();
  #expected = new Set();
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

  /** When all that was to be written until now is. */
  written() {
    return this.#last;
  }

  /** Work that ends in a write, such as a click that is not answered yet. */
  expect(work) {
    const ended = work.catch(() => {}).finally(() => this.#expected.delete(ended));
    this.#expected.add(ended);
    return work;
  }

  /** When no write is expected, though some may be on their way. */
  async noneExpected() {
    while (this.#expected.size) await Promise.all(this.#expected);
  }

  /** When all is written, also what was expected. */
  async idle() {
    do {
      await this.noneExpected();
      await this.#last;
    } while (this.pending || this.#expected.size);
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
