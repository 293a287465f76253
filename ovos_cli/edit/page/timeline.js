import { cssColour } from './colours.js';
import { Emitter } from './emitter.js';
import { SHADES, anyInColumns, flags, labelled, leastInColumns, runs, shades } from './tracks.js';

const RULER = 34;
const ROW = 22;
const LEAST_FRAMES = 12; // that can be zoomed to
const NARROW = 560;
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
  canvas.style.height = `${height}px`;
  const context = canvas.getContext('2d');
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.font = '11px system-ui, "DejaVu Sans", sans-serif';
  context.textBaseline = 'middle';
  return context;
}

/**
 * Time from left to right, a row for each object.
 *
 * Emits `scrub` {frame, done}, `choose` with an object's id, and `range` [first, last].
 */
export class Timeline extends Emitter {
  #box;
  #ruler;
  #rows;
  #scroller;
  #playhead;
  #pointed;
  #shot;
  #look;
  #from = 0; // the first frame that is seen, from the shot's first; may be broken
  #span = null; // how many are seen; null is all
  #flags = null;
  #asked = false;
  #drag = null;

  constructor(box, { shot, look }) {
    super();
    this.#box = box;
    this.#ruler = box.querySelector('#ruler');
    this.#rows = box.querySelector('#rows canvas');
    this.#scroller = box.querySelector('#rows');
    this.#playhead = box.querySelector('#playhead');
    this.#pointed = box.querySelector('#pointed');
    this.#shot = shot;
    this.#look = look;
    const changed = () => {
      this.#flags = null;
      this.draw();
    };
    shot.on('timeline', changed);
    shot.on('info', changed);
    look.on('frame', () => this.#follow());
    look.on('object', () => this.#showRow());
    for (const event of ['object', 'shown', 'range']) look.on(event, () => this.draw());
    new ResizeObserver(() => this.draw()).observe(box);
    this.#listen();
  }

  /** Zoom by a factor; the frame at x, CSS pixels from the left of the timeline, stays there. */
  zoom(factor, x = this.#xOf(this.#look.frame + 0.5)) {
    const at = this.#positionAt(x);
    const span = Math.min(this.#count, Math.max(LEAST_FRAMES, this.#seen / factor));
    this.#from = at - ((at - this.#from) * span) / this.#seen;
    this.#span = span >= this.#count ? null : span;
    this.#hold();
  }

  draw() {
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame(() => {
      this.#asked = false;
      this.#drawNow();
    });
  }

  get #count() {
    return this.#shot.last - this.#shot.first + 1;
  }

  get #seen() {
    return Math.min(this.#span ?? this.#count, this.#count);
  }

  /** Where the rows begin: names are left of it. */
  get #gutter() {
    return this.#box.clientWidth < NARROW ? 76 : 148;
  }

  get #width() {
    return Math.max(1, this.#box.clientWidth - this.#gutter - 10);
  }

  #xOf(frame) {
    return this.#gutter + ((frame - this.#shot.first - this.#from) / this.#seen) * this.#width;
  }

  #positionAt(x) {
    return this.#from + ((x - this.#gutter) / this.#width) * this.#seen;
  }

  #frameAt(x) {
    const n = Math.floor(this.#positionAt(x));
    return this.#shot.first + Math.min(this.#count - 1, Math.max(0, n));
  }

  #hold() {
    this.#from = Math.min(Math.max(0, this.#from), this.#count - this.#seen);
    this.draw();
  }

  /** Keep the playhead in sight. */
  #follow() {
    const n = this.#look.frame - this.#shot.first;
    if (n < this.#from || n >= this.#from + this.#seen) {
      this.#from = n - this.#seen / 2;
      this.#hold();
    } else {
      this.#place();
    }
  }

  #showRow() {
    const top = this.#shot.objects.findIndex(({ id }) => id === this.#look.object) * ROW;
    const room = this.#scroller.clientHeight;
    const { scrollTop } = this.#scroller;
    this.#scroller.scrollTop = Math.max(Math.min(scrollTop, top), top + ROW - room);
  }

  #listen() {
    const at = (event) => event.clientX - this.#box.getBoundingClientRect().left;
    this.#box.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      const row = this.#rowAt(event);
      if (row) this.emit('choose', row.id);
      if (at(event) < this.#gutter) return;
      event.preventDefault();
      this.#box.focus({ preventScroll: true });
      this.#box.setPointerCapture(event.pointerId);
      this.#drag = { range: event.shiftKey, from: this.#frameAt(at(event)) };
      this.#dragged(at(event));
    });
    this.#box.addEventListener('pointermove', (event) => {
      this.#point(at(event));
      if (this.#drag) this.#dragged(at(event));
    });
    const end = (event) => {
      if (this.#drag && !this.#drag.range) this.emit('scrub', { frame: this.#frameAt(at(event)), done: true });
      this.#drag = null;
    };
    this.#box.addEventListener('pointerup', end);
    this.#box.addEventListener('pointercancel', () => (this.#drag = null));
    this.#box.addEventListener('pointerleave', () => (this.#pointed.hidden = true));
    this.#box.addEventListener('wheel', (event) => this.#wheel(event, at(event)), { passive: false });
    this.#scroller.addEventListener('scroll', () => this.#place());
  }

  #rowAt(event) {
    const y = event.clientY - this.#scroller.getBoundingClientRect().top;
    if (y < 0) return null;
    return this.#shot.objects[Math.floor((y + this.#scroller.scrollTop) / ROW)] ?? null;
  }

  #dragged(x) {
    const frame = this.#frameAt(x);
    if (!this.#drag.range) return this.emit('scrub', { frame, done: false });
    const { from } = this.#drag;
    this.emit('range', [Math.min(from, frame), Math.max(from, frame)]);
  }

  #wheel(event, x) {
    const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
    if (event.ctrlKey || event.altKey) {
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY * 0.003), x);
    } else if (sideways && this.#span !== null) {
      event.preventDefault();
      this.#from += (sideways / this.#width) * this.#seen;
      this.#hold();
    }
  }

  #point(x) {
    this.#pointed.hidden = x < this.#gutter;
    this.#pointed.textContent = this.#frameAt(x);
    const half = this.#pointed.offsetWidth / 2;
    const left = Math.min(this.#box.clientWidth - half, Math.max(half, x)) - half;
    this.#pointed.style.transform = `translateX(${left}px)`;
  }

  #place() {
    const left = this.#xOf(this.#look.frame);
    const width = Math.max(2, this.#xOf(this.#look.frame + 1) - left);
    this.#playhead.style.transform = `translateX(${left}px)`;
    this.#playhead.style.width = `${width}px`;
    this.#box.setAttribute('aria-valuemin', this.#shot.first);
    this.#box.setAttribute('aria-valuemax', this.#shot.last);
    this.#box.setAttribute('aria-valuenow', this.#look.frame);
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

  #drawNow() {
    if (!this.#shot.info) return;
    this.#flags ??= this.#prepare();
    const { objects } = this.#shot;
    const width = this.#box.clientWidth;
    const ruler = prepared(this.#ruler, width, RULER);
    const rows = prepared(this.#rows, width, Math.max(1, objects.length) * ROW);
    this.#drawRuler(ruler);
    objects.forEach((object, n) => this.#drawRow(rows, object, this.#flags.tracks[n], n * ROW));
    if (!objects.length) {
      rows.fillStyle = MUTED;
      rows.fillText('Click an object in the picture to begin', this.#gutter + 6, ROW / 2);
    }
    this.#drawOver(rows, objects.length * ROW);
    this.#place();
  }

  #columns(values, join = anyInColumns) {
    const columns = Math.round(this.#width);
    return runs(join(values, this.#from, this.#from + this.#seen, columns));
  }

  #drawRuler(context) {
    const { first, last, timeline } = this.#shot;
    const perFrame = this.#width / this.#seen;
    const step = labelled(perFrame);
    const begin = first + this.#from;
    const end = Math.min(last, begin + this.#seen);
    context.strokeStyle = '#39424c';
    context.fillStyle = MUTED;
    context.textAlign = 'center';
    context.beginPath();
    for (let frame = Math.ceil(begin / step) * step; frame <= end; frame += step) {
      const x = this.#xOf(frame + 0.5);
      context.moveTo(x, 15);
      context.lineTo(x, 20);
      context.fillText(frame, x, 8);
    }
    context.stroke();
    context.textAlign = 'left';
    // What is true of whole frames lies in a lane of its own below the numbers.
    context.fillStyle = '#20262d';
    context.fillRect(this.#gutter, 22, this.#width, 9);
    this.#fill(context, this.#flags.stale, STALE, 22, 9, 0.85);
    this.#fill(context, this.#flags.locked, LOCKED, 22, 9);
    if (this.#look.range) this.#drawRange(context, 22, 9, 0.9);
    for (const frame of timeline.cuts) this.#mark(context, frame, CUT, 20, 13);
    context.fillStyle = LOOK_AT;
    for (const { frame } of timeline.look_at) {
      const x = this.#xOf(frame + 0.5);
      if (x < this.#gutter || x > this.#gutter + this.#width) continue;
      context.beginPath();
      context.moveTo(x - 4.5, 15);
      context.lineTo(x + 4.5, 15);
      context.lineTo(x, 22);
      context.fill();
    }
  }

  #drawRow(context, object, { shades: values, absent }, top) {
    const chosen = object.id === this.#look.object;
    const left = this.#gutter;
    if (chosen) {
      context.fillStyle = '#232b34';
      context.fillRect(0, top, left + this.#width + 10, ROW);
    }
    this.#drawName(context, object, chosen, top);
    context.fillStyle = chosen ? '#151b21' : '#191e24';
    context.fillRect(left, top + 4, this.#width, ROW - 8);
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
    context.rect(0, top, this.#gutter - 6, ROW);
    context.clip();
    context.fillText(object.name, 27, middle + 0.5);
    context.restore();
  }

  #drawGiven(context, frame, top) {
    const x = this.#xOf(frame + 0.5);
    if (x < this.#gutter - 1 || x > this.#gutter + this.#width + 1) return;
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
    const left = Math.max(this.#gutter, this.#xOf(first));
    const right = Math.min(this.#gutter + this.#width, this.#xOf(last + 1));
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
      context.fillRect(this.#gutter + begin, top, end - begin, height);
    }
    context.globalAlpha = 1;
  }

  /** A line before a frame. */
  #mark(context, frame, colour, top, height) {
    const x = this.#xOf(frame);
    if (x < this.#gutter || x > this.#gutter + this.#width) return;
    context.fillStyle = colour;
    context.fillRect(x - 0.75, top, 1.5, height);
  }
}
