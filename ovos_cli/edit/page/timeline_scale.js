const LEAST_FRAMES = 12; // that can be zoomed to
const NARROW = 560; // CSS pixels of a timeline with less room for names
const MARGIN = 10;

/** Which frames a timeline shows, and where: x is in CSS pixels from its left edge. */
export class TimelineScale {
  #box;
  #shot;
  #span = null; // how many frames are seen; null is all
  /** The first that is seen, counted from the shot's first; may be a broken number. */
  from = 0;

  constructor(box, shot) {
    this.#box = box;
    this.#shot = shot;
  }

  get count() {
    return this.#shot.last - this.#shot.first + 1;
  }

  /** How many frames are seen. */
  get seen() {
    return Math.min(this.#span ?? this.count, this.count);
  }

  /** Where frames begin: names are left of it. */
  get left() {
    return this.#box.clientWidth < NARROW ? 76 : 148;
  }

  get width() {
    return Math.max(1, this.#box.clientWidth - this.left - MARGIN);
  }

  get right() {
    return this.left + this.width;
  }

  xOf(frame) {
    return this.left + ((frame - this.#shot.first - this.from) / this.seen) * this.width;
  }

  frameAt(x) {
    const n = Math.floor(this.#positionAt(x));
    return this.#shot.first + Math.min(this.count - 1, Math.max(0, n));
  }

  /** By a factor; the frame at x stays there. */
  zoom(factor, x) {
    const at = this.#positionAt(x);
    const span = Math.min(this.count, Math.max(LEAST_FRAMES, this.seen / factor));
    this.from = at - ((at - this.from) * span) / this.seen;
    this.#span = span >= this.count ? null : span;
    this.#hold();
  }

  /** Returns whether there was anywhere to go. */
  pan(pixels) {
    if (this.#span === null) return false;
    this.from += (pixels / this.width) * this.seen;
    this.#hold();
    return true;
  }

  /** Bring a frame in sight; returns whether it was not. */
  reveal(frame) {
    const n = frame - this.#shot.first;
    if (n >= this.from && n < this.from + this.seen) return false;
    this.from = n - this.seen / 2;
    this.#hold();
    return true;
  }

  #positionAt(x) {
    return this.from + ((x - this.left) / this.width) * this.seen;
  }

  #hold() {
    this.from = Math.min(Math.max(0, this.from), this.count - this.seen);
  }
}
