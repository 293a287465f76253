import { Emitter } from './emitter.js';
import { isEmpty } from './masks.js';
import { pixelAt } from './view.js';

const REST_MS = 110; // of the pointer, before it is asked what a click would take

/**
 * Clicks, boxes and picked proposals: what they have said of an object in a frame, and what the next
 * one would take.
 *
 * What was said is {frame, object, box, pick, clicks, from}. `from` is "nothing", and then all clicks since
 * are sent each time; or "known", the mask that was there before: then it is only the newest, since
 * the earlier ones are in the mask. Emits `change` when the preview or the waiting does, `trouble`
 * and `say`.
 */
export class Clicking extends Emitter {
  /** {key, ids, mask}: what a click where the pointer rests, or the pointed proposal, would take of these masks. */
  preview = null;
  /** How many clicks are not answered yet. */
  waiting = 0;
  #api;
  #shot;
  #look;
  #shown;
  #editing;
  #said = null;
  #hovered = null; // the key of what is previewed, or will be
  #resting = null; // and what it is
  #timer = null;
  #abort = null;
  #last = Promise.resolve();

  constructor({ api, shot, look, shown, editing }) {
    super();
    this.#api = api;
    this.#shot = shot;
    this.#look = look;
    this.#shown = shown;
    this.#editing = editing;
    shown.on('change', () => this.#askAgain());
    editing.on('clicks', (said) => {
      this.#said = said;
      this.forget();
    });
  }

  /** Clicks that made the mask on the stage. */
  get clicks() {
    return this.#before(this.#look.object)?.clicks ?? [];
  }

  /** Ask what a click at a point of the picture would take, once the pointer rests; null: nothing. */
  hover(point, inside) {
    const pixel = point && pixelAt(point, this.#shot.size);
    this.#rest(pixel && { click: { ...pixel, inside } });
  }

  /** The same of a proposal; null: nothing. */
  hoverProposal(number) {
    this.#rest(number === null ? null : { pick: number });
  }

  /** Show no preview, and ask for none until the pointer moves. */
  forget() {
    this.#cancel();
    this.#show(null);
  }

  click(point, inside) {
    const pixel = pixelAt(point, this.#shot.size);
    if (pixel) return this.#queue({ click: { ...pixel, inside } });
  }

  /** box: [x0, y0, x1, y1] in pixels, the last two outside. */
  box(box) {
    return this.#queue({ box });
  }

  /** Take a proposal, by its number in the frame that is shown. */
  pick(number) {
    return this.#queue({ pick: number });
  }

  #rest(what) {
    const quiet = !what || this.waiting || this.#shot.readOnly;
    const key = quiet ? null : this.#key(this.#look.object, what);
    if (key === this.#hovered) return;
    this.#cancel();
    this.#hovered = key;
    this.#resting = what;
    if (key) this.#timer = setTimeout(() => this.#ask(what, key), REST_MS);
    else this.#show(null);
  }

  /** Where the pointer rests it stays: what a click there would take is another thing, once masks are others. */
  #askAgain() {
    if (!this.#hovered || this.preview?.ids === this.#shown.ids) return;
    const what = this.#resting;
    this.forget();
    this.#rest(what);
  }

  #queue(what) {
    const { frame } = this.#shown;
    const { object } = this.#look; // that may be another one when the answer comes
    if (!this.#editing.allowed(frame)) return;
    clearTimeout(this.#timer); // nobody needs to be shown any more what is taken
    this.#count(1);
    this.#last = this.#last
      .then(() => this.#take(frame, object, what))
      .catch((error) => this.emit('trouble', error))
      .finally(() => this.#count(-1));
    return this.#editing.expect(this.#last);
  }

  async #take(frame, chosen, what) {
    const { click, box, pick } = what;
    const ready = this.preview?.key === this.#key(chosen, what) ? this.preview : null;
    const object = chosen ?? (await this.#editing.chosen());
    if (object === null) return;
    await this.#editing.written();
    const before = this.#before(object);
    const after = this.#after(object, what);
    if (saysNothing(after)) {
      return this.emit('say', 'Click on the object first, then on what is not of it.');
    }
    const mask = ready?.mask ?? (await this.#api.click(this.#prompt(after, click)));
    if (isEmpty(mask) && click?.inside !== false) {
      return this.emit('say', 'Nothing is found there that is free. Try a box, or paint it.');
    }
    if (this.#shown.frame !== frame) {
      return this.emit('say', `Frame ${frame} was left before the answer came: not taken.`);
    }
    const label = box ? 'box' : !click ? `proposal ${pick}` : click.inside ? 'click' : 'click outside';
    // Not awaited: the next click's answer need not wait until this one is kept.
    this.#editing.give(object, mask, label, { before, after });
  }

  async #ask(what, key) {
    this.#abort = new AbortController();
    const object = this.#look.object ?? this.#nextObject();
    const said = this.#after(object, what);
    if (saysNothing(said)) return this.#show(null);
    const { signal } = this.#abort;
    try {
      await this.#editing.written();
      if (signal.aborted) return;
      const { ids } = this.#shown;
      const prompt = { ...this.#prompt(said, what.click), preview: true };
      const mask = await this.#api.click(prompt, signal);
      if (!signal.aborted) this.#show({ key, ids, mask });
    } catch (error) {
      // A preview that cannot be had is none; the click itself will say why.
      if (error.name !== 'AbortError') this.#show(null);
    }
  }

  #before(object) {
    const said = this.#said;
    return said?.frame === this.#shown.frame && said.object === object ? said : null;
  }

  #after(object, { click, box = null, pick = null }) {
    const { frame, ids } = this.#shown;
    if (!click) return { frame, object, box, pick, clicks: [], from: 'nothing' };
    const from = ids.includes(object) ? 'known' : 'nothing';
    const before = this.#before(object) ?? { frame, object, box, pick, clicks: [], from };
    const others = before.clicks.filter(({ x, y }) => x !== click.x || y !== click.y);
    return { ...before, clicks: [...others, click] };
  }

  #prompt({ frame, object, box, pick, clicks, from }, click) {
    return { frame, object, box, clicks: from === 'known' ? [click] : clicks, pick, from };
  }

  #key(object, what) {
    return `${this.#shown.frame} ${object} ${JSON.stringify(what)}`;
  }

  #nextObject() {
    return Math.max(0, ...this.#shot.objects.map(({ id }) => id)) + 1;
  }

  #cancel() {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    this.#abort = null;
    this.#hovered = null;
  }

  #show(preview) {
    if (this.preview === preview) return;
    this.preview = preview;
    this.emit('change');
  }

  #count(change) {
    this.waiting += change;
    this.emit('change');
  }
}

/** Whether nothing says where the object is. */
function saysNothing({ box, pick, clicks, from }) {
  return from === 'nothing' && !box && pick === null && !clicks.some((each) => each.inside);
}
