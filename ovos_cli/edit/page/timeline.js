import { Emitter } from './emitter.js';
import { ROW, TimelineDrawing } from './timeline_drawing.js';
import { TimelineScale } from './timeline_scale.js';

/**
 * Time from left to right, a row for each object.
 *
 * Emits `scrub` {frame, done}, `choose` with an object's id, and `range` [first, last].
 */
export class Timeline extends Emitter {
  #box;
  #scroller;
  #playhead;
  #pointed;
  #shot;
  #look;
  #scale;
  #drawing;
  #asked = false;
  #drag = null;

  constructor(box, { shot, look }) {
    super();
    this.#box = box;
    this.#scroller = box.querySelector('#rows');
    this.#playhead = box.querySelector('#playhead');
    this.#pointed = box.querySelector('#pointed');
    this.#shot = shot;
    this.#look = look;
    this.#scale = new TimelineScale(box, shot);
    const canvases = { ruler: box.querySelector('#ruler'), rows: box.querySelector('#rows canvas') };
    this.#drawing = new TimelineDrawing({ ...canvases, shot, look, scale: this.#scale });
    const changed = () => {
      this.#drawing.forget();
      this.draw();
    };
    shot.on('timeline', changed);
    shot.on('info', changed);
    look.on('frame', () => (this.#scale.reveal(look.frame) ? this.draw() : this.#place()));
    look.on('object', () => this.#showRow());
    for (const event of ['object', 'shown', 'range']) look.on(event, () => this.draw());
    new ResizeObserver(() => this.draw()).observe(box);
    this.#listen();
  }

  /** Zoom by a factor, at the playhead or at x, CSS pixels from the left of the timeline. */
  zoom(factor, x = this.#scale.xOf(this.#look.frame + 0.5)) {
    this.#scale.zoom(factor, x);
    this.draw();
  }

  draw() {
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame(() => {
      this.#asked = false;
      this.#drawing.draw();
      this.#place();
    });
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
      if (at(event) < this.#scale.left) return;
      event.preventDefault();
      this.#box.focus({ preventScroll: true });
      this.#box.setPointerCapture(event.pointerId);
      this.#drag = { range: event.shiftKey, from: this.#scale.frameAt(at(event)) };
      this.#dragged(at(event));
    });
    this.#box.addEventListener('pointermove', (event) => {
      this.#point(at(event));
      if (this.#drag) this.#dragged(at(event));
    });
    const end = (event) => {
      const scrubbed = this.#drag && !this.#drag.range;
      this.#drag = null;
      if (scrubbed) this.emit('scrub', { frame: this.#scale.frameAt(at(event)), done: true });
    };
    this.#box.addEventListener('pointerup', end);
    this.#box.addEventListener('pointercancel', end);
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
    const frame = this.#scale.frameAt(x);
    if (!this.#drag.range) return this.emit('scrub', { frame, done: false });
    const { from } = this.#drag;
    this.emit('range', [Math.min(from, frame), Math.max(from, frame)]);
  }

  #wheel(event, x) {
    const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
    if (event.ctrlKey || event.altKey) {
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY * 0.003), x);
    } else if (sideways && this.#scale.pan(sideways)) {
      event.preventDefault();
      this.draw();
    }
  }

  #point(x) {
    this.#pointed.hidden = x < this.#scale.left;
    this.#pointed.textContent = this.#scale.frameAt(x);
    const half = this.#pointed.offsetWidth / 2;
    const left = Math.min(this.#box.clientWidth - half, Math.max(half, x)) - half;
    this.#pointed.style.transform = `translateX(${left}px)`;
  }

  #place() {
    const left = this.#scale.xOf(this.#look.frame);
    const width = Math.max(2, this.#scale.xOf(this.#look.frame + 1) - left);
    this.#playhead.style.transform = `translateX(${left}px)`;
    this.#playhead.style.width = `${width}px`;
    this.#box.setAttribute('aria-valuemin', this.#shot.first);
    this.#box.setAttribute('aria-valuemax', this.#shot.last);
    this.#box.setAttribute('aria-valuenow', this.#look.frame);
  }
}
