import { Emitter } from './emitter.js';
import { isEmpty, maskOf, packed, same, takenFrom, unpacked, withMask } from './masks.js';
import { inWords, minus, spanAt } from './spans.js';

/**
 * All that changes the shot: seen at once, written in order, undone and redone.
 *
 * Emits `trouble` with an error, `say` with a sentence, and `clicks` with what clicks have said of the
 * masks that are there now: null if something else made them.
 */
export class Editing extends Emitter {
  #api;
  #shot;
  #look;
  #shown;
  #saving;
  #history;
  #adding = null;
  #turning = Promise.resolve();

  constructor({ api, shot, look, shown, saving, history }) {
    super();
    this.#api = api;
    this.#shot = shot;
    this.#look = look;
    this.#shown = shown;
    this.#saving = saving;
    this.#history = history;
  }

  /** Whether a frame may be changed; says why not. */
  allowed(frame = null) {
    let why = this.#shot.readOnly;
    if (!why && frame !== null && this.#shot.isLocked(frame)) {
      why = `Frame ${frame} is locked. Unlock it to change it (Shift+L).`;
    }
    if (why) this.emit('say', why);
    return !why;
  }

  undo() {
    return this.#inTurn(async () => {
      const step = this.#history.undo();
      if (!step) return this.emit('say', 'Nothing to undo.');
      await this.#goTo(step);
      this.emit('say', `Undone: ${step.label}`);
      step.undo();
    });
  }

  redo() {
    return this.#inTurn(async () => {
      const step = this.#history.redo();
      if (!step) return this.emit('say', 'Nothing to redo.');
      await this.#goTo(step);
      this.emit('say', `Done again: ${step.label}`);
      step.redo();
    });
  }

  /** Keys may be quicker than frames come, or than a click is answered: each step waits for those before. */
  #inTurn(act) {
    if (!this.allowed()) return;
    this.#turning = this.#turning
      .then(() => this.#saving.noneExpected())
      .then(() => this.#saving.expect(act()))
      .catch((error) => this.emit('trouble', error));
    return this.#turning;
  }

  /**
   * Give an object's mask in the frame that is shown.
   *
   * label: what can be undone. clicks: {before, after}, what they said, if they made the mask.
   */
  async give(ident, mask, label, clicks = { before: null, after: null }) {
    const { frame } = this.#shown;
    if (!this.allowed(frame)) return;
    if (isEmpty(mask)) {
      this.emit('say', `Nothing would be left of ${this.#name(ident)}. Is it out of sight? Press X.`);
      this.#shown.renew(frame);
      return;
    }
    this.#sayTaken(ident, mask, clicks.after !== null);
    const before = this.#state();
    const ids = withMask(this.#shown.ids, ident, mask);
    const origin = { ...this.#shown.origin, [ident]: 'given' };
    this.#shown.set(frame, ids, origin);
    const after = this.#state();
    const step = this.#didPixels({ label, frame, object: ident }, before, after, clicks);
    const given = await this.#write(frame, () => this.#api.give(frame, ident, mask));
    if (!given) this.#history.forget(step);
  }

  /** Tell what others lose: all of it always; less where no hand has drawn it, but a click has found it. */
  #sayTaken(ident, mask, found) {
    for (const [id, { taken, left }] of takenFrom(this.#shown.ids, ident, mask)) {
      const lost = left ? `${taken} pixels` : 'All';
      if (found || !left) {
        this.emit('say', `${lost} of ${this.#name(id)} went to ${this.#name(ident)} (undo: Ctrl+Z).`);
      }
    }
  }

  /** Take back what was given in the frame that is shown: of an object, or of all. */
  async takeBack(ident = null) {
    const { frame } = this.#shown;
    const before = this.#state();
    const taken = [...before.given.keys()].filter((id) => ident === null || id === ident);
    if (!taken.length) return this.emit('say', `Nothing is given in frame ${frame}.`);
    if (!this.allowed(frame)) return;
    const given = new Map([...before.given].filter(([id]) => !taken.includes(id)));
    const after = { ...before, given };
    this.#didPixels({ label: 'taken back', frame, object: ident }, before, after);
    await this.#turn(frame, before, after);
  }

  /** Take a file's masks as given in the frame that is shown. */
  async upload(file) {
    const { frame } = this.#shown;
    if (!this.allowed(frame)) return;
    const before = this.#state();
    const object = this.#look.object;
    if (!(await this.#write(frame, () => this.#api.upload(frame, file, object)))) return;
    await this.#loadInfo();
    await this.#shown.renew(frame);
    const step = { label: `masks of ${file.name}`, frame, object: null };
    if (this.#shown.frame === frame) this.#didPixels(step, before, this.#state());
  }

  /** Say that an object is out of sight; a last of null is until it is given again. */
  async absent(ident, first, last) {
    if (!this.allowed()) return;
    const out = () => this.#writeAll(() => this.#api.absent(ident, first, last));
    const back = () => this.#writeAll(() => this.#api.present(ident, first));
    const label = `${this.#name(ident)} out of sight ${inWords([first, last])}`;
    await this.#did({ label, frame: first, object: ident, undo: back, redo: out });
  }

  /** Take back that an object is out of sight in a frame. */
  async present(ident, frame) {
    await this.#saving.idle(); // what was said a moment ago counts
    const span = spanAt(this.#shot.track(ident).absent, frame);
    if (!span) return this.emit('say', `${this.#name(ident)} is not said to be out of sight here.`);
    if (!this.allowed()) return;
    const [first, last] = span;
    const out = () => this.#writeAll(() => this.#api.absent(ident, first, last));
    const back = () => this.#writeAll(() => this.#api.present(ident, first));
    const label = `${this.#name(ident)} in sight ${inWords(span)}`;
    await this.#did({ label, frame, object: ident, undo: out, redo: back });
  }

  async lock(first, last) {
    await this.#saving.idle();
    const changed = minus([first, last], this.#shot.timeline.locked);
    return this.#setLocked(changed, true, `locked ${inWords([first, last])}`);
  }

  async unlock(first, last) {
    await this.#saving.idle();
    const others = minus([this.#shot.first, this.#shot.last], this.#shot.timeline.locked);
    const changed = minus([first, last], others);
    return this.#setLocked(changed, false, `unlocked ${inWords([first, last])}`);
  }

  async #setLocked(spans, locked, label) {
    if (!spans.length) {
      return this.emit('say', locked ? 'These frames are locked.' : 'Nothing is locked here.');
    }
    if (!this.allowed()) return;
    const set = (to) => () =>
      this.#writeAll(async () => {
        let answer;
        for (const [a, b] of spans) answer = await (to ? this.#api.lock(a, b) : this.#api.unlock(a, b));
        return answer;
      });
    const step = { label, frame: spans[0][0], object: null };
    await this.#did({ ...step, undo: set(!locked), redo: set(locked) });
  }

  /** The object that is chosen; a new one if there is none. Null if it cannot be added. */
  async chosen() {
    if (this.#look.object !== null) return this.#look.object;
    this.#adding ??= this.addObject().finally(() => (this.#adding = null)); // one, for quick strokes
    return this.#adding;
  }

  /** Work that ends in giving a mask: what is asked for after it waits for that. */
  expect(work) {
    return this.#saving.expect(work);
  }

  /** When all that was given until now is written: what a click takes depends on it. */
  written() {
    return this.#saving.written();
  }

  async addObject() {
    if (!this.allowed()) return null;
    const added = await this.#write(null, () => this.#api.addObject({}));
    if (!added) return null;
    await this.#loadInfo();
    this.#look.choose(added.id);
    return added.id;
  }

  async changeObject(ident, said) {
    if (!this.allowed()) return;
    await this.#write(null, () => this.#api.changeObject(ident, said));
    await this.#loadInfo();
  }

  /** Remove an object and all that was given of it, which is kept for undoing. */
  async removeObject(ident) {
    if (!this.allowed()) return;
    await this.#saving.idle(); // what is kept is all that was given
    if (!this.#shot.object(ident)) return;
    const { name, color } = this.#shot.object(ident);
    const { given, absent } = this.#shot.track(ident);
    const masks = await this.#reading(() => this.#masksOf(ident, given));
    if (!masks) return;
    const remove = async () => {
      const answer = await this.#writeAll(() => this.#api.removeObject(ident));
      await this.#loadInfo();
      return answer;
    };
    const putBack = async () => {
      await this.#writeAll(async () => {
        if (!masks.length) return this.#api.addObject({ name, color });
        let answer;
        for (const [frame, mask] of masks) {
          answer = await this.#api.give(frame, ident, unpacked(mask, this.#area));
        }
        for (const [first, last] of absent) answer = await this.#api.absent(ident, first, last);
        await this.#api.changeObject(ident, { name, color });
        return answer;
      });
      await this.#loadInfo();
    };
    this.emit('say', `Removed ${name}, and all that was given of it (undo: Ctrl+Z).`);
    await this.#did({ label: `removed ${name}`, frame: null, object: null, undo: putBack, redo: remove });
  }

  async #masksOf(ident, frames) {
    const masks = [];
    for (const frame of frames) {
      const known = await this.#api.masks(frame);
      if (known) masks.push([frame, packed(maskOf(known.ids, ident))]);
    }
    return masks;
  }

  get #area() {
    return this.#shot.size.width * this.#shot.size.height;
  }

  #name(ident) {
    return this.#shot.object(ident)?.name ?? `object ${ident}`;
  }

  /** The masks of the frame that is shown, and which of them are given. */
  #state() {
    const { ids, origin } = this.#shown;
    const given = Object.keys(origin).filter((id) => origin[id] === 'given').map(Number);
    return {
      ids: packed(ids),
      origin,
      given: new Map(given.map((id) => [id, packed(maskOf(ids, id))])),
    };
  }

  #didPixels(step, before, after, clicks = { before: null, after: null }) {
    const turn = (from, to, said) => () => {
      this.emit('clicks', said);
      return this.#turn(step.frame, from, to);
    };
    this.emit('clicks', clicks.after);
    const undo = turn(after, before, clicks.before);
    const did = { ...step, undo, redo: turn(before, after, clicks.after) };
    this.#history.did(did);
    return did;
  }

  /** From one state of a frame to another. */
  async #turn(frame, from, to) {
    this.#shown.set(frame, unpacked(to.ids, this.#area), to.origin);
    const changed = [...to.given].filter(([id, mask]) => !same(mask, from.given.get(id) ?? []));
    const gone = [...from.given.keys()].filter((id) => !to.given.has(id));
    await this.#write(frame, async () => {
      let answer = {};
      for (const id of gone) answer = await this.#api.takeBack(frame, id);
      for (const [id, packedMask] of changed) {
        const mask = unpacked(packedMask, this.#area);
        if (!isEmpty(mask)) answer = await this.#api.give(frame, id, mask);
      }
      return answer;
    });
  }

  async #did(step) {
    this.#history.did(step);
    if (!(await step.redo())) this.#history.forget(step);
  }

  async #goTo(step) {
    if (step.frame !== null) {
      this.#look.toFrame(step.frame);
      await this.#shown.ready(step.frame);
    }
    if (this.#shot.object(step.object)) this.#look.choose(step.object);
  }

  /** Null if it was refused, which is told. */
  async #write(frame, act) {
    const written = async () => {
      const answer = await act();
      if (answer.timeline) this.#shot.takeTimeline(answer.timeline);
      return answer;
    };
    const answer = await this.#reading(() => this.#saving.write(written));
    // What the page made up stays until all that was done meanwhile is written.
    if (frame !== null && !this.#saving.pending) await this.#shown.renew(frame);
    return answer;
  }

  async #writeAll(act) {
    const answer = await this.#write(null, act);
    await this.#shown.renew();
    return answer;
  }

  #loadInfo() {
    return this.#reading(() => this.#shot.loadInfo());
  }

  async #reading(act) {
    try {
      return await act();
    } catch (error) {
      this.emit('trouble', error);
      return null;
    }
  }
}
