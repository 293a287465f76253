import { cssColour } from './colours.js';
import { SHADES, anyInColumns, flags, labelled, leastInColumns, runs, shades } from './tracks.js';

const RULER = 34;
export const ROW = 22;
const INK = '#e6e9ed';
const MUTED = '#99a3ae';
const STALE = '#e0a63c';
const LOCKED = '#7d93ad';
const CUT = '#c58be8';
const LOOK_AT = '#ff7a66';
const RANGE = '#6aa5ee';

/** A canvas that is sharp on any display, and as large as it is laid out. */
function prepared(canvas, width, height) {
  const ratio = devicePixelRatio;
  canvas.width = Math.max(1, Math.round(width * ratio));
  canvas.height = Math.max(1, Math.round(height * ratio));
  canvas.style.width = `${width}px`; // also where a scroll bar takes some of the room
  canvas.style.height = `${height}px`;
  const context = canvas.getContext('2d');
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.font = '11px system-ui, "DejaVu Sans", sans-serif';
  context.textBaseline = 'middle';
  return context;
}

/** Draws a timeline: a ruler with what is true of whole frames, and a row for each object. */
export class TimelineDrawing {
  #ruler;
  #rows;
  #shot;
  #look;
  #scale;
  #flags = null;

  constructor({ ruler, rows, shot, look, scale }) {
    this.#ruler = ruler;
    this.#rows = rows;
    this.#shot = shot;
    this.#look = look;
    this.#scale = scale;
  }

  /** What is drawn is to be asked for again. */
  forget() {
    this.#flags = null;
  }

  draw() {
    this.#flags ??= this.#prepare();
    const { objects } = this.#shot;
    const width = this.#ruler.parentElement.clientWidth;
    const ruler = prepared(this.#ruler, width, RULER);
    const rows = prepared(this.#rows, width, Math.max(1, objects.length) * ROW);
    this.#drawRuler(ruler);
    objects.forEach((object, n) => this.#drawRow(rows, object, this.#flags.tracks[n], n * ROW));
    if (!objects.length) {
      rows.fillStyle = MUTED;
      rows.fillText('Click an object in the picture to begin', this.#scale.left + 6, ROW / 2);
    }
    this.#drawOver(rows, objects.length * ROW);
  }

  #prepare() {
    const { first, last, timeline, objects } = this.#shot;
    const tracks = objects.map((object) => {
      const track = this.#shot.track(object.id);
      return { shades: shades(track, first, last), absent: flags(track.absent, first, last) };
    });
    const [stale, locked] = [timeline.stale, timeline.locked].map((s) => flags(s, first, last));
    return { tracks, stale, locked };
  }

  #columns(values, join = anyInColumns) {
    const columns = Math.round(this.#scale.width);
    return runs(join(values, this.#scale.from, this.#scale.from + this.#scale.seen, columns));
  }

  #drawRuler(context) {
    const { first, last, timeline } = this.#shot;
    const perFrame = this.#scale.width / this.#scale.seen;
    const step = labelled(perFrame);
    const begin = first + this.#scale.from;
    const end = Math.min(last, begin + this.#scale.seen);
    context.strokeStyle = '#39424c';
    context.fillStyle = MUTED;
    context.textAlign = 'center';
    context.beginPath();
    for (let frame = Math.ceil(begin / step) * step; frame <= end; frame += step) {
      const x = this.#scale.xOf(frame + 0.5);
      context.moveTo(x, 15);
      context.lineTo(x, 20);
      context.fillText(frame, x, 8);
    }
    context.stroke();
    context.textAlign = 'left';
    // What is true of whole frames lies in a lane of its own below the numbers.
    context.fillStyle = '#20262d';
    context.fillRect(this.#scale.left, 22, this.#scale.width, 9);
    this.#fill(context, this.#flags.stale, STALE, 22, 9, 0.85);
    this.#fill(context, this.#flags.locked, LOCKED, 22, 9);
    if (this.#look.range) this.#drawRange(context, 22, 9, 0.9);
    for (const frame of timeline.cuts) this.#mark(context, frame, CUT, 20, 13);
    context.fillStyle = LOOK_AT;
    for (const { frame } of timeline.look_at) {
      const x = this.#scale.xOf(frame + 0.5);
      if (x < this.#scale.left || x > this.#scale.right) continue;
      context.beginPath();
      context.moveTo(x - 4.5, 15);
      context.lineTo(x + 4.5, 15);
      context.lineTo(x, 22);
      context.fill();
    }
  }

  #drawRow(context, object, { shades: values, absent }, top) {
    const chosen = object.id === this.#look.object;
    const left = this.#scale.left;
    if (chosen) {
      context.fillStyle = '#232b34';
      context.fillRect(0, top, left + this.#scale.width + 10, ROW);
    }
    this.#drawName(context, object, chosen, top);
    context.fillStyle = chosen ? '#151b21' : '#191e24';
    context.fillRect(left, top + 4, this.#scale.width, ROW - 8);
    context.fillStyle = cssColour(object.color);
    context.globalAlpha = this.#look.isVisible(object.id) ? 1 : 0.45;
    const dim = context.globalAlpha;
    for (const [begin, end, shade] of this.#columns(values, leastInColumns)) {
      context.globalAlpha = dim * (0.22 + (0.78 * (shade - 1)) / (SHADES - 1));
      context.fillRect(left + begin, top + 5, end - begin, ROW - 10);
    }
    context.globalAlpha = 1;
    context.fillStyle = MUTED;
    for (const [begin, end] of this.#columns(absent)) {
      for (let x = begin; x < end; x += 6) context.fillRect(left + x, top + ROW / 2 - 1, Math.min(3, end - x), 2);
    }
    for (const frame of this.#shot.track(object.id).given) this.#drawGiven(context, frame, top);
  }

  #drawName(context, object, chosen, top) {
    const middle = top + ROW / 2;
    context.fillStyle = cssColour(object.color);
    context.beginPath();
    context.roundRect(10, middle - 5, 10, 10, 3);
    context.fill();
    context.fillStyle = chosen ? INK : MUTED;
    context.save();
    context.beginPath();
    context.rect(0, top, this.#scale.left - 6, ROW);
    context.clip();
    context.fillText(object.name, 27, middle + 0.5);
    context.restore();
  }

  #drawGiven(context, frame, top) {
    const x = this.#scale.xOf(frame + 0.5);
    if (x < this.#scale.left - 1 || x > this.#scale.right + 1) return;
    const middle = top + ROW / 2;
    context.beginPath();
    context.moveTo(x, middle - 6);
    context.lineTo(x + 5, middle);
    context.lineTo(x, middle + 6);
    context.lineTo(x - 5, middle);
    context.closePath();
    context.fillStyle = '#ffffff';
    context.strokeStyle = '#0c0e11';
    context.lineWidth = 1.5;
    context.stroke();
    context.fill();
  }

  /** What crosses all rows. */
  #drawOver(context, height) {
    this.#fill(context, this.#flags.stale, STALE, 0, height, 0.16);
    this.#fill(context, this.#flags.locked, LOCKED, 0, height, 0.16);
    if (this.#look.range) this.#drawRange(context, 0, height, 0.14);
    context.globalAlpha = 0.5;
    for (const frame of this.#shot.timeline.cuts) this.#mark(context, frame, CUT, 0, height);
    context.globalAlpha = 1;
  }

  #drawRange(context, top, height, alpha) {
    const [first, last] = this.#look.range;
    const left = Math.max(this.#scale.left, this.#scale.xOf(first));
    const right = Math.min(this.#scale.right, this.#scale.xOf(last + 1));
    if (right <= left) return;
    context.globalAlpha = alpha;
    context.fillStyle = RANGE;
    context.fillRect(left, top, Math.max(2, right - left), height);
    context.globalAlpha = 1;
  }

  #fill(context, values, colour, top, height, alpha = 1) {
    context.globalAlpha = alpha;
    context.fillStyle = colour;
    for (const [begin, end] of this.#columns(values)) {
      context.fillRect(this.#scale.left + begin, top, end - begin, height);
    }
    context.globalAlpha = 1;
  }

  /** A line before a frame. */
  #mark(context, frame, colour, top, height) {
    const x = this.#scale.xOf(frame);
    if (x < this.#scale.left || x > this.#scale.right) return;
    context.fillStyle = colour;
    context.fillRect(x - 0.75, top, 1.5, height);
  }
}
