const STEP = 8; // CSS pixels that it goes at once

/** The pointer of those who use keys: Enter is its button. */
export class Crosshair {
  #stage;
  #tools;
  #ready;
  #pressed = false;

  /** ready: whether what is seen is what would be changed. */
  constructor({ stage, tools, ready }) {
    this.#stage = stage;
    this.#tools = tools;
    this.#ready = ready;
  }

  /** fine: by one pixel of the picture. */
  move(dx, dy, fine) {
    const step = fine ? 1 : Math.max(1, Math.round(STEP / this.#stage.view.scale));
    this.#stage.moveCrosshair(dx * step, dy * step);
    if (this.#pressed) this.#tools.current.move(this.#stage.crosshair);
    else this.#tools.current.hover(this.#stage.crosshair, false);
  }

  /** A click; or, of a tool that is dragged, where the drag begins and then where it ends. */
  press(inverse) {
    if (!this.#stage.crosshair) return this.move(0, 0, true);
    if (!this.#ready()) return;
    const tool = this.#tools.current;
    if (this.#pressed) {
      this.#pressed = false;
      tool.up(this.#stage.crosshair);
    } else {
      this.#pressed = tool.isDragged;
      tool.down(this.#stage.crosshair, inverse);
    }
  }

  /** Let go of what was begun. */
  release() {
    this.#pressed = false;
    this.#tools.current.cancel();
  }

  hide() {
    this.release();
    this.#stage.hideCrosshair();
  }
}
