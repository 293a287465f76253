/**
 * The pointer on the stage: what it drags and clicks goes to a tool, or moves the view.
 *
 * Space held down, or the middle button, moves the view. The wheel zooms where the pointer is; with Alt
 * it sizes the brush.
 */
export class Hand {
  /** Whether the next drag moves the view. */
  grabs = false;
  /** Whether a drag has moved the view since it is said to grab. */
  grabbed = false;
  #canvas;
  #stage;
  #tools;
  #ready;
  #drag = null; // "view" or "tool"
  #from = null;

  /** ready: whether what is seen is what would be changed. */
  constructor(canvas, { stage, tools, ready }) {
    this.#canvas = canvas;
    this.#stage = stage;
    this.#tools = tools;
    this.#ready = ready;
    const on = (name, act) => canvas.addEventListener(name, act);
    on('pointerdown', (event) => this.#down(event));
    on('pointermove', (event) => this.#move(event));
    on('pointerup', (event) => this.#up(event));
    on('pointercancel', () => this.#end());
    on('pointerleave', () => this.#drag ?? this.#tools.current.hover(null, false));
    on('contextmenu', (event) => event.preventDefault());
    canvas.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
  }

  setGrabs(grabs) {
    if (grabs && !this.grabs) this.grabbed = false;
    this.grabs = grabs;
    this.#canvas.dataset.grabs = grabs;
  }

  #at(event) {
    const box = this.#canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  #down(event) {
    if (this.#drag) return;
    this.#canvas.focus({ preventScroll: true });
    this.#canvas.setPointerCapture(event.pointerId);
    event.preventDefault();
    this.#stage.hideCrosshair();
    this.#from = this.#at(event);
    if (this.grabs || event.button === 1) {
      this.#drag = 'view';
    } else if (this.#ready()) {
      this.#drag = 'tool';
      this.#tools.current.down(this.#stage.toPicture(this.#from), event.shiftKey || event.button === 2);
    }
  }

  #move(event) {
    if (this.#drag === 'view') {
      const at = this.#at(event);
      this.#stage.pan(at.x - this.#from.x, at.y - this.#from.y);
      this.#from = at;
      this.grabbed = true;
    } else if (this.#drag === 'tool') {
      // All that the pointer went through since the last event, for strokes without corners.
      const passed = event.getCoalescedEvents?.() ?? [];
      for (const each of passed.length ? passed : [event]) {
        this.#tools.current.move(this.#stage.toPicture(this.#at(each)));
      }
    } else {
      this.#stage.hideCrosshair();
      this.#tools.current.hover(this.#stage.toPicture(this.#at(event)), event.shiftKey);
    }
  }

  #up(event) {
    if (this.#drag === 'tool') this.#tools.current.up(this.#stage.toPicture(this.#at(event)));
    this.#drag = null;
  }

  #end() {
    if (this.#drag === 'tool') this.#tools.current.cancel();
    this.#drag = null;
  }

  #wheel(event) {
    event.preventDefault();
    if (event.altKey) {
      this.#tools.resizeBrush(event.deltaY < 0 ? 1 : -1);
    } else if (event.shiftKey && !event.deltaY) {
      this.#stage.pan(-event.deltaX, 0);
    } else {
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 33 : 1;
      this.#stage.zoom(Math.exp(-event.deltaY * lines * 0.0016), this.#at(event));
    }
  }
}
