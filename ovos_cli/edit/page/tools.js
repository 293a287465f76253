import { brushMiddle, join, maskOf, paint, same } from './masks.js';

/**
 * What a pointer (or the crosshair with Enter) does to the masks. Points are in the picture. Each tool
 * has the same functions: take and leave, when it comes into the hand and goes; hover, down, move, up,
 * cancel; key, whether a key is its own; and draw for what it shows of itself. `inverse`: with Shift or
 * the other button.
 */

const LEAST_BOX = 2; // pixels; less is a slip of the hand
const SIZES = [1, 300]; // of the brush, in pixels of the mask

export class Tool {
  isDragged = true;
  take() {}
  leave() {}
  hover() {}
  down() {}
  move() {}
  up() {}
  cancel() {}
  key() {
    return false;
  }
  draw() {}
}

export class ClickTool extends Tool {
  isDragged = false;
  #inside;
  #clicking;

  /** inside: whether it clicks on the object, or on what is not of it. */
  constructor(inside, clicking) {
    super();
    this.#inside = inside;
    this.#clicking = clicking;
    this.hint = inside
      ? 'Click on the object. Shift-click or right-click: not this.'
      : 'Click on what is not of the object. Shift-click or right-click: this is.';
  }

  hover(point, inverse) {
    this.#clicking.hover(point, this.#inside !== inverse);
  }

  down(point, inverse) {
    this.#clicking.click(point, this.#inside !== inverse);
  }

  cancel() {
    this.#clicking.forget();
  }
}

export class BoxTool extends Tool {
  hint = 'Drag a box around the object.';
  #clicking;
  #stage;
  #size;
  #from = null;
  #to = null;

  /** size: of the picture. */
  constructor(clicking, stage, size) {
    super();
    this.#clicking = clicking;
    this.#stage = stage;
    this.#size = size;
  }

  down(point) {
    this.#from = this.#to = point;
  }

  move(point) {
    this.#to = point;
    this.#stage.draw();
  }

  up(point) {
    const from = this.#from;
    this.cancel();
    if (!from) return; // the frame is another one since
    const sides = (a, b, most) => {
      const held = [a, b].map((value) => Math.min(most, Math.max(0, value)));
      return [Math.floor(Math.min(...held)), Math.ceil(Math.max(...held))];
    };
    const [x0, x1] = sides(from.x, point.x, this.#size.width);
    const [y0, y1] = sides(from.y, point.y, this.#size.height);
    if (x1 - x0 >= LEAST_BOX && y1 - y0 >= LEAST_BOX) this.#clicking.box([x0, y0, x1, y1]);
  }

  cancel() {
    this.#from = this.#to = null;
    this.#stage.draw();
  }

  draw(context, scale) {
    if (!this.#from) return;
    const [from, to] = [this.#from, this.#to];
    const box = [from.x, from.y, to.x - from.x, to.y - from.y];
    context.lineWidth = 3 / scale;
    context.strokeStyle = 'rgb(0 0 0 / 60%)';
    context.strokeRect(...box);
    context.lineWidth = 1.25 / scale;
    context.strokeStyle = '#ffffff';
    context.strokeRect(...box);
  }
}

/** How wide brush and eraser are, in pixels of the mask. */
export class BrushSize {
  pixels = 16;

  set(pixels) {
    this.pixels = Math.min(SIZES[1], Math.max(SIZES[0], pixels));
  }
}

export class BrushTool extends Tool {
  #value;
  #size;
  #editing;
  #shown;
  #stage;
  #look;
  #at = null;
  #stroke = null; // {ident, frame, mask, value, last}

  /** value: 1 paints, 0 erases. */
  constructor(value, { size, editing, shown, stage, look }) {
    super();
    this.#value = value;
    this.#size = size;
    this.#editing = editing;
    this.#shown = shown;
    this.#stage = stage;
    this.#look = look;
    this.hint = value
      ? 'Paint what is missing. [ and ]: size. Shift or right button: erase.'
      : 'Erase what is too much. [ and ]: size. Shift or right button: paint.';
  }

  hover(point) {
    this.#at = point;
    this.#stage.draw();
  }

  down(point, inverse) {
    const { frame, ids } = this.#shown;
    const ident = this.#look.object;
    const value = inverse ? 1 - this.#value : this.#value;
    if (!this.#editing.allowed(frame) || (ident === null && !value)) return;
    const mask = ident === null ? new Uint8Array(ids.length) : maskOf(ids, ident);
    this.#stroke = { ident, frame, mask, value, last: brushMiddle(point, this.#size.pixels) };
    this.#stage.setStroke(this.#stroke);
    this.move(point);
  }

  move(point) {
    this.#at = point;
    const stroke = this.#stroke;
    if (!stroke) return this.#stage.draw();
    const to = brushMiddle(point, this.#size.pixels);
    const { last, value } = stroke;
    const box = paint(stroke.mask, this.#shown.size, last, to, this.#size.pixels, value);
    stroke.last = to;
    if (box) this.#stage.setStroke(stroke, box);
  }

  up() {
    if (this.#stroke) this.#editing.expect(this.#give(this.#stroke));
  }

  async #give(stroke) {
    const ident = await this.#editing.chosen();
    if (ident !== null && stroke.frame === this.#shown.frame) {
      const now = maskOf(this.#shown.ids, ident);
      if (stroke.ident === null) join(stroke.mask, now); // another stroke has begun the object
      if (!same(stroke.mask, now)) this.#editing.give(ident, stroke.mask, this.#label(stroke));
    }
    if (this.#stroke === stroke) this.cancel();
  }

  cancel() {
    this.#stroke = null;
    this.#stage.setStroke(null);
  }

  #label({ value }) {
    return value ? 'brush stroke' : 'eraser stroke';
  }

  draw(context, scale) {
    if (!this.#at) return;
    const { x, y } = brushMiddle(this.#at, this.#size.pixels);
    context.beginPath();
    context.arc(x, y, this.#size.pixels / 2, 0, 7);
    context.lineWidth = 3 / scale;
    context.strokeStyle = 'rgb(0 0 0 / 60%)';
    context.stroke();
    context.lineWidth = 1.25 / scale;
    context.strokeStyle = '#ffffff';
    context.stroke();
  }
}
