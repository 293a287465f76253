import { cssColour, pixelColour } from './colours.js';
import { Emitter } from './emitter.js';
import { borders, tint } from './masks.js';
import { fitted, panned, pixelAt, showing, toPicture, zoomed } from './view.js';

const CRISP = 2; // device pixels for one of the picture, from which on it is shown as squares
const GRID = 14;
const WHITE = 0xffffffff;

function pathOf(lines) {
  const path = new Path2D();
  for (let n = 0; n < lines.length; n += 4) {
    path.moveTo(lines[n], lines[n + 1]);
    path.lineTo(lines[n + 2], lines[n + 3]);
  }
  return path;
}

/** A layer of the picture's size that is tinted by ids or by a mask. */
class Layer {
  #image;
  #pixels;

  constructor({ width, height }) {
    this.canvas = new OffscreenCanvas(width, height);
    this.context = this.canvas.getContext('2d');
    this.#image = new ImageData(width, height);
    this.#pixels = new Uint32Array(this.#image.data.buffer);
    this.whole = { left: 0, top: 0, right: width, bottom: height };
  }

  tint(ids, colours, box = this.whole) {
    const { left, top, right, bottom } = box;
    tint(ids, colours, this.#pixels, this.canvas.width, box);
    this.context.putImageData(this.#image, 0, 0, left, top, right - left, bottom - top);
  }
}

/**
 * The canvas: the frame, masks over it, what a click would take, a stroke as it is drawn, a crosshair.
 *
 * Emits `view` when it is zoomed or moved.
 */
export class Stage extends Emitter {
  view = { scale: 1, x: 0, y: 0 };
  /** Where keys have moved the crosshair, in the picture; null while the pointer is used. */
  crosshair = null;
  /** Draws what a tool shows: called with the context, in the picture's coordinates. */
  drawTool = () => {};
  #canvas;
  #context;
  #shot;
  #look;
  #shown;
  #clicking;
  #fits = true;
  #asked = false;
  #masks;
  #preview;
  #draft;
  #outlines = new Map();
  #previewed = null;
  #stroke = null;

  constructor(canvas, { shot, look, shown, clicking }) {
    super();
    this.#canvas = canvas;
    this.#context = canvas.getContext('2d', { alpha: false });
    this.#shot = shot;
    this.#look = look;
    this.#shown = shown;
    this.#clicking = clicking;
    this.#masks = new Layer(shot.size);
    this.#preview = new Layer(shot.size);
    this.#draft = new Layer(shot.size);
    const redo = () => this.#tintMasks();
    shown.on('change', redo);
    look.on('shown', redo);
    shot.on('info', redo);
    clicking.on('change', () => this.#tintPreview());
    new ResizeObserver(() => this.#resize()).observe(canvas);
  }

  get size() {
    return { width: this.#canvas.clientWidth, height: this.#canvas.clientHeight };
  }

  fit() {
    this.#fits = true;
    this.#see(fitted(this.#shot.size, this.size));
  }

  zoom(factor, at = { x: this.size.width / 2, y: this.size.height / 2 }) {
    this.#fits = false;
    this.#see(zoomed(this.view, factor, at, this.#shot.size, this.size));
  }

  pan(dx, dy) {
    this.#fits = false;
    this.#see(panned(this.view, dx, dy, this.#shot.size, this.size));
  }

  toPicture(at) {
    return toPicture(this.view, at);
  }

  /** Move the crosshair by whole pixels of the picture; it begins in the middle of what is seen. */
  moveCrosshair(dx, dy) {
    const { width, height } = this.#shot.size;
    const middle = toPicture(this.view, { x: this.size.width / 2, y: this.size.height / 2 });
    const from = this.crosshair ?? pixelAt(middle, this.#shot.size) ?? { x: width >> 1, y: height >> 1 };
    const held = (value, side) => Math.min(side - 1, Math.max(0, Math.floor(value))) + 0.5;
    this.crosshair = { x: held(from.x + dx, width), y: held(from.y + dy, height) };
    if (!this.#fits) this.#see(showing(this.view, this.crosshair, this.#shot.size, this.size));
    this.draw();
  }

  hideCrosshair() {
    if (!this.crosshair) return;
    this.crosshair = null;
    this.draw();
  }

  /** A mask that is being painted stands for the object's; null ends it. box: what has changed of it. */
  setStroke(stroke, box) {
    const began = stroke?.ident !== this.#stroke?.ident;
    this.#stroke = stroke;
    if (began) this.#tintMasks();
    if (stroke) {
      const colour = pixelColour(this.#shot.object(stroke.ident)?.color ?? '#ffffff');
      this.#draft.tint(stroke.mask, [0, colour], began ? undefined : box);
    }
    this.draw();
  }

  /** Draw soon, once for whatever happens until then. */
  draw() {
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame(() => {
      this.#asked = false;
      this.#drawNow();
    });
  }

  #see(view) {
    this.view = view;
    this.emit('view');
    this.draw();
  }

  #resize() {
    const { width, height } = this.size;
    this.#canvas.width = Math.max(1, Math.round(width * devicePixelRatio));
    this.#canvas.height = Math.max(1, Math.round(height * devicePixelRatio));
    if (this.#fits) this.#see(fitted(this.#shot.size, this.size));
    else this.pan(0, 0);
    this.#drawNow(); // at once: a canvas of another size is empty
  }

  #tintMasks() {
    if (!this.#shown.ids) return;
    const colours = new Uint32Array(256);
    this.#outlines.clear();
    for (const { id, color } of this.#shot.objects) {
      if (this.#look.isVisible(id) && id !== this.#stroke?.ident) colours[id] = pixelColour(color);
    }
    this.#masks.tint(this.#shown.ids, colours);
    const lines = borders(this.#shown.ids, this.#shot.size);
    for (const [id, each] of lines) if (colours[id]) this.#outlines.set(id, pathOf(each));
    this.draw();
  }

  #tintPreview() {
    const { preview } = this.#clicking;
    this.#previewed = null;
    if (preview) {
      this.#preview.tint(preview.mask, [0, WHITE]);
      const lines = borders(preview.mask, this.#shot.size).get(1);
      this.#previewed = lines ? pathOf(lines) : null;
    }
    this.draw();
  }

  #drawNow() {
    const context = this.#context;
    const { scale, x, y } = this.view;
    const ratio = devicePixelRatio;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = '#0c0e11';
    context.fillRect(0, 0, this.#canvas.width, this.#canvas.height);
    if (!this.#shown.picture) return;
    const whole = (value) => Math.round(value * ratio);
    context.setTransform(scale * ratio, 0, 0, scale * ratio, whole(x), whole(y));
    const { width, height } = this.#shot.size;
    context.imageSmoothingEnabled = scale * ratio < CRISP;
    context.imageSmoothingQuality = 'high';
    context.drawImage(this.#shown.picture, 0, 0, width, height);
    context.imageSmoothingEnabled = scale * ratio < 1;
    context.globalAlpha = this.#look.opacity;
    context.drawImage(this.#masks.canvas, 0, 0);
    if (this.#stroke) context.drawImage(this.#draft.canvas, 0, 0);
    context.globalAlpha = 1;
    if (scale * ratio >= GRID) this.#drawGrid(context, scale);
    this.#drawOutlines(context, scale);
    if (this.#previewed) this.#drawPreview(context, scale);
    for (const click of this.#clicking.clicks) this.#drawClick(context, click, scale);
    this.drawTool(context, scale);
    if (this.crosshair) this.#drawCrosshair(context, scale);
  }

  #drawOutlines(context, scale) {
    for (const [id, path] of this.#outlines) {
      const chosen = id === this.#look.object;
      context.strokeStyle = 'rgb(0 0 0 / 55%)';
      context.lineWidth = (chosen ? 3.5 : 2) / scale;
      context.stroke(path);
      context.strokeStyle = cssColour(this.#shot.object(id)?.color ?? '#ffffff');
      context.lineWidth = (chosen ? 1.75 : 1) / scale;
      context.stroke(path);
    }
  }

  #drawPreview(context, scale) {
    context.globalAlpha = 0.22;
    context.drawImage(this.#preview.canvas, 0, 0);
    context.globalAlpha = 1;
    context.lineWidth = 1.5 / scale;
    context.strokeStyle = 'rgb(0 0 0 / 70%)';
    context.stroke(this.#previewed);
    context.setLineDash([4 / scale, 3 / scale]);
    context.strokeStyle = '#ffffff';
    context.stroke(this.#previewed);
    context.setLineDash([]);
  }

  #drawGrid(context, scale) {
    const { width, height } = this.#shot.size;
    const from = toPicture(this.view, { x: 0, y: 0 });
    const to = toPicture(this.view, { x: this.size.width, y: this.size.height });
    const [left, top] = [from.x, from.y].map((v) => Math.max(0, Math.floor(v)));
    const [right, bottom] = [Math.min(width, Math.ceil(to.x)), Math.min(height, Math.ceil(to.y))];
    context.beginPath();
    for (let x = left; x <= right; x++) {
      context.moveTo(x, top);
      context.lineTo(x, bottom);
    }
    for (let y = top; y <= bottom; y++) {
      context.moveTo(left, y);
      context.lineTo(right, y);
    }
    context.strokeStyle = 'rgb(255 255 255 / 9%)';
    context.lineWidth = 1 / devicePixelRatio / scale;
    context.stroke();
  }

  #drawClick(context, { x, y, inside }, scale) {
    const unit = 1 / scale;
    context.save();
    context.translate(x + 0.5, y + 0.5);
    context.beginPath();
    context.arc(0, 0, 5 * unit, 0, 7);
    context.fillStyle = inside ? '#3fb76b' : '#e5484d';
    context.fill();
    context.lineWidth = 1.5 * unit;
    context.strokeStyle = '#ffffff';
    context.stroke();
    context.beginPath();
    context.moveTo(-2.5 * unit, 0);
    context.lineTo(2.5 * unit, 0);
    if (inside) {
      context.moveTo(0, -2.5 * unit);
      context.lineTo(0, 2.5 * unit);
    }
    context.stroke();
    context.restore();
  }

  #drawCrosshair(context, scale) {
    const unit = 1 / scale;
    const { x, y } = this.crosshair;
    context.beginPath();
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      context.moveTo(x + 5 * dx * unit, y + 5 * dy * unit);
      context.lineTo(x + 18 * dx * unit, y + 18 * dy * unit);
    }
    context.lineWidth = 4 * unit;
    context.strokeStyle = 'rgb(0 0 0 / 70%)';
    context.stroke();
    context.lineWidth = 1.5 * unit;
    context.strokeStyle = '#ffffff';
    context.stroke();
  }
}
