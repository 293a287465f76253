/** Numbers at the corners of boxes, and which box a pointer means. Pure. */

export const TAG = { width: 24, height: 18 };
const APART = 2;

/**
 * A tag for each box, in its upper left corner or, where another one is, as little below as is free;
 * where nothing is down to the end of the stage, in the next column.
 *
 * boxes: [x0, y0, x1, y1] on the stage. stage: {width, height}; a tag is on it wherever its box reaches.
 * Returns [{x, y}] of their upper left corners.
 */
export function tagsOf(boxes, stage) {
  const placed = [];
  // Whole numbers: what is moved by a height is that far away, and no rounding less.
  const held = (value, room) => Math.round(Math.max(0, Math.min(room, value)));
  for (const [x0, y0] of boxes) {
    const tag = { x: held(x0, stage.width - TAG.width), y: held(y0, stage.height - TAG.height) };
    for (let other; (other = placed.find((each) => touches(each, tag))); ) {
      tag.y = other.y + TAG.height + APART;
      if (tag.y > stage.height - TAG.height) Object.assign(tag, { x: tag.x + TAG.width + APART, y: 0 });
    }
    placed.push(tag);
  }
  return placed;
}

/** The number of the box whose tag is at a point of the stage, else of the smallest box around it; null: none. */
export function boxAt(at, boxes, tags) {
  const tagged = tags.findIndex(({ x, y }) => isIn(at, x, y, x + TAG.width, y + TAG.height));
  if (tagged >= 0) return tagged;
  const area = (n) => (boxes[n][2] - boxes[n][0]) * (boxes[n][3] - boxes[n][1]);
  const around = [...boxes.keys()].filter((n) => isIn(at, ...boxes[n]));
  return around.sort((one, other) => area(one) - area(other))[0] ?? null;
}

function isIn({ x, y }, x0, y0, x1, y1) {
  return x >= x0 && x < x1 && y >= y0 && y < y1;
}

function touches(one, other) {
  return Math.abs(one.x - other.x) < TAG.width + APART && Math.abs(one.y - other.y) < TAG.height + APART;
}
