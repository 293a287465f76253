import { TAG, boxAt, tagsOf } from './tags.js';
import { Tool } from './tools.js';
import { toStage } from './view.js';

const TYPING_MS = 1500; // within which digits are of one number

/** Shows the proposals of the frame by their numbers, and takes the one that is pointed at or named. */
export class PickTool extends Tool {
  isDragged = false;
  hint = 'Click a proposal. Or: its number, or [ and ], and Enter.';
  #clicking;
  #proposals;
  #stage;
  #number = null;
  #named = null; // {text, at}: the number as it is written

  constructor(clicking, proposals, stage) {
    super();
    this.#clicking = clicking;
    this.#proposals = proposals;
    this.#stage = stage;
    proposals.on('change', () => this.cancel());
  }

  take() {
    this.#proposals.want(true);
  }

  leave() {
    this.#proposals.want(false);
  }

  hover(point) {
    this.#named = null;
    this.#point(this.#at(point));
  }

  down(point) {
    this.#take(this.#at(point));
  }

  cancel() {
    this.#named = null;
    this.#point(null);
  }

  /** Digits name a proposal, [ and ] the one before and after, Enter takes it. */
  key(name) {
    const count = this.#proposals.list?.length;
    if (!count) return false;
    if (/^[0-9]$/.test(name)) this.#write(name, count);
    else if (name === '[' || name === ']') this.#step(name === ']' ? 1 : -1, count);
    else if (name === 'Enter' && this.#named) this.#take(this.#number);
    else return false;
    return true;
  }

  #write(digit, count) {
    const now = performance.now();
    const goesOn = this.#named && now - this.#named.at < TYPING_MS;
    let text = (goesOn ? this.#named.text : '') + digit;
    if (Number(text) >= count) text = digit;
    if (Number(text) >= count) return this.#clicking.emit('say', `Proposals go from 0 to ${count - 1}.`);
    this.#named = { text, at: now };
    this.#point(Number(text));
  }

  #step(by, count) {
    const from = this.#number ?? (by > 0 ? -1 : count);
    this.#named = { text: '', at: 0 };
    this.#point((from + by + count) % count);
  }

  #take(number) {
    if (number !== null) this.#clicking.pick(number);
  }

  #point(number) {
    this.#number = number;
    this.#clicking.hoverProposal(number);
    this.#stage.draw();
  }

  #at(point) {
    if (!point || !this.#proposals.list) return null;
    const boxes = this.#boxes();
    return boxAt(toStage(this.#stage.view, point), boxes, tagsOf(boxes, this.#stage.size));
  }

  /** Of all proposals, on the stage. */
  #boxes() {
    const { view } = this.#stage;
    return this.#proposals.list.map(({ box: [x0, y0, x1, y1] }) => {
      const [from, to] = [toStage(view, { x: x0, y: y0 }), toStage(view, { x: x1, y: y1 })];
      return [from.x, from.y, to.x, to.y];
    });
  }

  draw(context) {
    if (!this.#proposals.list) return;
    const boxes = this.#boxes();
    const tags = tagsOf(boxes, this.#stage.size);
    context.save();
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.font = '600 12px system-ui, sans-serif';
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    const pointed = this.#number;
    boxes.forEach((box, n) => n !== pointed && drawBox(context, box, 'rgb(255 255 255 / 50%)'));
    if (pointed !== null) drawBox(context, boxes[pointed], '#ffffff');
    tags.forEach((tag, n) => drawTag(context, tag, n, n === pointed));
    context.restore();
  }
}

function drawBox(context, [x0, y0, x1, y1], colour) {
  const box = [x0, y0, x1 - x0, y1 - y0];
  context.lineWidth = 2.5;
  context.strokeStyle = 'rgb(0 0 0 / 45%)';
  context.strokeRect(...box);
  context.lineWidth = 1;
  context.strokeStyle = colour;
  context.strokeRect(...box);
}

function drawTag(context, { x, y }, number, pointed) {
  context.beginPath();
  context.roundRect(x, y, TAG.width, TAG.height, 4);
  context.fillStyle = pointed ? '#ffffff' : 'rgb(12 14 17 / 80%)';
  context.fill();
  context.fillStyle = pointed ? '#0c0e11' : '#ffffff';
  context.fillText(number, x + TAG.width / 2, y + TAG.height / 2 + 0.5);
}
