import { inWords, minus } from './spans.js';

const ORIGINS = {
  given: 'given here',
  forward: 'followed from before',
  backward: 'followed from after',
  merged: 'followed from both sides',
  locked: 'locked',
};

/** What is known of the chosen object in the frame that is shown, and what can be said of it. */
export class Here {
  #shot;
  #look;
  #shown;
  #editing;
  #file = document.getElementById('file');

  constructor({ shot, look, shown, editing }) {
    this.#shot = shot;
    this.#look = look;
    this.#shown = shown;
    this.#editing = editing;
    const on = (id, act) => document.getElementById(id).addEventListener('click', act);
    on('take-back', () => this.takeBack());
    on('absent', () => this.absent());
    on('present', () => this.present());
    on('lock', () => this.lock());
    on('unlock', () => this.unlock());
    on('upload', () => this.#file.click());
    on('range-first', () => look.beginRange());
    on('range-last', () => look.endRange());
    on('range-clear', () => look.setRange(null));
    this.#file.addEventListener('change', () => this.#upload());
    const update = () => this.#update();
    for (const event of ['object', 'frame', 'range']) look.on(event, update);
    shown.on('change', update);
    shot.on('timeline', update);
    shot.on('info', update);
    update();
  }

  takeBack() {
    return this.#editing.takeBack(this.#look.object);
  }

  /** Out of sight in the range that is marked, or else from this frame on. */
  absent() {
    const { object, frame, range } = this.#look;
    if (object !== null) return this.#editing.absent(object, ...(range ?? [frame, null]));
  }

  present() {
    const { object, frame } = this.#look;
    if (object !== null) return this.#editing.present(object, frame);
  }

  lock() {
    return this.#editing.lock(...this.#range);
  }

  unlock() {
    return this.#editing.unlock(...this.#range);
  }

  chooseFile() {
    this.#file.click();
  }

  get #range() {
    return this.#look.range ?? [this.#look.frame, this.#look.frame];
  }

  #upload() {
    const [file] = this.#file.files;
    if (file) this.#editing.upload(file);
    this.#file.value = ''; // the same file may be chosen again
  }

  #update() {
    const { range, frame, object } = this.#look;
    const put = (id, text) => (document.getElementById(id).textContent = text);
    const named = range ? inWords(range) : `${frame}`;
    put('state', this.#state());
    put('range-text', range ? inWords(range) : 'This frame only');
    put('absent-text', range ? `Out of sight ${inWords(range)}` : 'Out of sight from here on');
    put('lock-text', `Lock ${named}`);
    put('unlock-text', `Unlock ${named}`);
    document.getElementById('range-clear').hidden = range === null;
    const disable = (id, yes) => (document.getElementById(id).disabled = yes);
    const cannot = Boolean(this.#shot.readOnly);
    disable('take-back', cannot || object === null || !this.#shot.isGiven(object, frame));
    const { given, seen } = this.#shot.track(object); // that is only locked is seen
    disable('absent', cannot || object === null || !(given.length || seen.length));
    disable('present', cannot || object === null || !this.#shot.isAbsent(object, frame));
    const free = minus(this.#range, this.#shot.timeline.locked);
    disable('lock', cannot || free.length === 0);
    disable('unlock', cannot || String(free) === String([this.#range]));
    for (const id of ['upload', 'add-object']) disable(id, cannot);
  }

  #state() {
    const { object, frame } = this.#look;
    if (object === null) return 'No object yet';
    if (this.#shown.frame !== frame) return '…';
    const parts = [this.#known(object, frame)];
    const sure = this.#shot.track(object).confidence[frame];
    if (typeof sure === 'number' && !this.#shot.isGiven(object, frame)) {
      parts.push(`confidence ${Math.round(100 * sure)}\u202f%`);
    }
    if (this.#shot.isStale(frame)) parts.push('changed since, not followed again');
    if (this.#shot.isLocked(frame) && parts[0] !== ORIGINS.locked) parts.push('locked');
    return parts.join(' · ');
  }

  #known(object, frame) {
    if (this.#shot.isGiven(object, frame)) return ORIGINS.given;
    if (this.#shot.isAbsent(object, frame)) return 'out of sight';
    return ORIGINS[this.#shown.origin[object]] ?? 'nothing known yet';
  }
}
