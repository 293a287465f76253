/**
 * The pointer on the stage: what it drags and clicks goes to a tool, or moves the view.
 *
 * Space held down, or the middle button, moves the view. The wheel zooms where the pointer is; with Alt
 * it sizes the brush. One finger does what a mouse does, but that it clicks where it is lifted: two
 * move and zoom the view, and the second one comes a moment later.
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
  #drag = null; // "view", "tool", "click" (once it is lifted) or "fingers"
  #pointer = null; // that drags
  #from = null;
  #fingers = new Map(); // where they are on the stage, by pointer

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
    on('pointercancel', (event) => this.#end(event));
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
    const finger = event.pointerType === 'touch';
    // A palm beside a pen, or a hand beside a mouse, is no finger of a pinch.
    if (this.#drag && !(finger && this.#fingers.size)) return;
    this.#canvas.focus({ preventScroll: true });
    this.#canvas.setPointerCapture(event.pointerId);
    event.preventDefault();
    this.#stage.hideCrosshair();
    const at = this.#at(event);
    if (finger) this.#fingers.set(event.pointerId, at);
    if (this.#drag) {
      if (this.#drag !== 'fingers') this.#tools.current.cancel();
      this.#drag = 'fingers';
      return;
    }
    this.#from = at;
    this.#pointer = event.pointerId;
    const tool = this.#tools.current;
    if (this.grabs || event.button === 1) {
      this.#drag = 'view';
    } else if (!this.#ready()) {
      this.#drag = finger ? 'fingers' : null; // the first of two, perhaps
    } else if (finger && !tool.isDragged) {
      this.#drag = 'click';
      tool.hover(this.#stage.toPicture(at), false);
    } else {
      this.#drag = 'tool';
      tool.down(this.#stage.toPicture(at), event.shiftKey || event.button === 2);
    }
  }

  #move(event) {
    const at = this.#at(event);
    if (this.#drag === 'fingers') {
      this.#pinch(event.pointerId, at);
    } else if (this.#drag && event.pointerId !== this.#pointer) {
      return;
    } else if (this.#drag === 'view') {
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
      this.#tools.current.hover(this.#stage.toPicture(at), event.shiftKey);
    }
  }

  /** What is between the first two fingers stays there. */
  #pinch(pointer, at) {
    if (!this.#fingers.has(pointer)) return;
    const before = between(this.#fingers);
    this.#fingers.set(pointer, at);
    const after = between(this.#fingers);
    if (!before || !after) return;
    this.#stage.pan(after.x - before.x, after.y - before.y);
    if (before.apart && after.apart) this.#stage.zoom(after.apart / before.apart, after);
  }

  #up(event) {
    if (event.pointerId === this.#pointer) {
      const point = this.#stage.toPicture(this.#at(event));
      if (this.#drag === 'tool') this.#tools.current.up(point);
      if (this.#drag === 'click') this.#tools.current.down(point, false);
    }
    this.#lift(event);
  }

  #end(event) {
    if (event.pointerId === this.#pointer && this.#drag !== 'view') this.#tools.current.cancel();
    this.#lift(event);
  }

  /** Fingers that stay after a pinch draw nothing. */
  #lift({ pointerId }) {
    this.#fingers.delete(pointerId);
    const over = this.#drag === 'fingers' ? !this.#fingers.size : pointerId === this.#pointer;
    if (over) this.#drag = this.#pointer = null;
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

/** The middle of the first two fingers, and how far they are apart; null if there are fewer. */
function between(fingers) {
  const [one, other] = fingers.values();
  if (!other) return null;
  const [dx, dy] = [other.x - one.x, other.y - one.y];
  return { x: one.x + dx / 2, y: one.y + dy / 2, apart: Math.hypot(dx, dy) };
}
