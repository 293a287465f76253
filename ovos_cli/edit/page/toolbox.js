import { PickTool } from './pick_tool.js';
import { BoxTool, BrushSize, BrushTool, ClickTool } from './tools.js';

/** Which tool is in the hand, its button, its hint, and how wide the brush is. */
export class Toolbox {
  brush = new BrushSize();
  #canvas;
  #stage;
  #tools;
  #name = null;

  constructor({ canvas, stage, clicking, proposals, editing, shown, look }) {
    const parts = { size: this.brush, editing, shown, stage, look };
    this.#canvas = canvas;
    this.#stage = stage;
    this.#tools = {
      click: new ClickTool(true, clicking),
      not: new ClickTool(false, clicking),
      box: new BoxTool(clicking, stage, shown.size),
      pick: new PickTool(clicking, proposals, stage),
      brush: new BrushTool(1, parts),
      eraser: new BrushTool(0, parts),
    };
    stage.drawTool = (context, scale) => this.current.draw(context, scale);
    for (const button of this.#buttons) {
      button.addEventListener('click', () => this.take(button.dataset.tool));
      button.addEventListener('keydown', (event) => this.#beside(event));
    }
    this.#slider.addEventListener('input', () => this.setBrush(Number(this.#slider.value)));
    this.setBrush(this.brush.pixels);
    this.take('click');
  }

  get current() {
    return this.#tools[this.#name];
  }

  take(name) {
    if (this.#name) {
      this.current.cancel();
      this.current.leave();
    }
    this.#name = name;
    this.current.take();
    this.#canvas.dataset.tool = name;
    document.getElementById('hint').textContent = this.current.hint;
    for (const button of this.#buttons) {
      const taken = button.dataset.tool === name;
      button.setAttribute('aria-checked', taken);
      button.tabIndex = taken ? 0 : -1;
    }
    this.#stage.draw();
  }

  setBrush(pixels) {
    this.brush.set(pixels);
    this.#slider.value = this.brush.pixels;
    document.getElementById('brush-text').textContent = `${this.brush.pixels} px`;
    this.#stage.draw();
  }

  /** direction: 1 is larger, -1 smaller. */
  resizeBrush(direction) {
    const step = Math.max(1, Math.round(this.brush.pixels * 0.15));
    this.setBrush(this.brush.pixels + direction * step);
  }

  get #buttons() {
    return document.querySelectorAll('[data-tool][role=radio]');
  }

  get #slider() {
    return document.getElementById('brush-size');
  }

  /** Arrows go from tool to tool, as in any group of which one is chosen. */
  #beside(event) {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const buttons = [...this.#buttons];
    const next = buttons.at((buttons.indexOf(event.target) + step) % buttons.length);
    this.take(next.dataset.tool);
    next.focus();
    event.preventDefault();
    event.stopPropagation();
  }
}
