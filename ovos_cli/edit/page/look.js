import { Emitter } from './emitter.js';

/**
 * What the person looks at: nothing of it is kept by the server.
 *
 * Emits `frame`, `object`, `shown` (which masks, and how) and `range`.
 */
export class Look extends Emitter {
  frame;
  object = null;
  hidden = new Set();
  solo = null;
  masks = true;
  opacity = 0.45;
  range = null; // [first, last], both included

  constructor(frame) {
    super();
    this.frame = frame;
  }

  toFrame(frame) {
    if (frame === this.frame) return;
    this.frame = frame;
    this.emit('frame');
  }

  choose(ident) {
    this.object = ident;
    if (this.solo !== null) this.solo = ident;
    this.emit('object');
    this.emit('shown');
  }

  isVisible(ident) {
    return this.masks && (this.solo === null ? !this.hidden.has(ident) : this.solo === ident);
  }

  toggleHidden(ident) {
    if (!this.hidden.delete(ident)) this.hidden.add(ident);
    this.emit('shown');
  }

  toggleSolo(ident) {
    this.solo = this.solo === ident ? null : ident;
    this.emit('shown');
  }

  toggleMasks() {
    this.masks = !this.masks;
    this.emit('shown');
  }

  setOpacity(opacity) {
    this.opacity = Math.min(1, Math.max(0, opacity));
    this.emit('shown');
  }

  setRange(range) {
    this.range = range;
    this.emit('range');
  }

  /** The range begins or ends at this frame; the other end comes along if it would be passed. */
  beginRange() {
    this.setRange([this.frame, Math.max(this.frame, this.range?.[1] ?? this.frame)]);
  }

  endRange() {
    this.setRange([Math.min(this.frame, this.range?.[0] ?? this.frame), this.frame]);
  }
}
