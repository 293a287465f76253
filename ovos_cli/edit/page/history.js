import { Emitter } from './emitter.js';

/**
 * Steps that can be undone. A step is {label, frame, object, undo, redo}, the last two functions that
 * return promises. Emits `change`.
 */
export class History extends Emitter {
  #done = [];
  #undone = [];

  did(step) {
    this.#done.push(step);
    this.#undone = [];
    this.emit('change');
  }

  /** A step that did not come about. */
  forget(step) {
    this.#done = this.#done.filter((each) => each !== step);
    this.#undone = this.#undone.filter((each) => each !== step);
    this.emit('change');
  }

  get next() {
    return { undo: this.#done.at(-1) ?? null, redo: this.#undone.at(-1) ?? null };
  }

  /** The step that is undone; null if there is none. */
  undo() {
    return this.#move(this.#done, this.#undone);
  }

  redo() {
    return this.#move(this.#undone, this.#done);
  }

  #move(from, to) {
    const step = from.pop() ?? null;
    if (step) to.push(step);
    this.emit('change');
    return step;
  }
}
