/** Masks as arrays of pixels in row order: ids of objects, or 0 and 1 of one object. Pure. */

export function maskOf(ids, ident) {
  return ids.map((id) => (id === ident ? 1 : 0));
}

/** The ids with another mask of one object, which takes its pixels from others. */
export function withMask(ids, ident, mask) {
  return ids.map((id, n) => (mask[n] ? ident : id === ident ? 0 : id));
}

/** What a mask would take from others, by their ids: {taken, left}, in pixels. */
export function takenFrom(ids, ident, mask) {
  const counts = new Map();
  ids.forEach((id, n) => {
    if (!id || id === ident) return;
    if (!counts.has(id)) counts.set(id, { taken: 0, left: 0 });
    counts.get(id)[mask[n] ? 'taken' : 'left']++;
  });
  return new Map([...counts].filter(([, { taken }]) => taken));
}

/** Add what is in another mask. */
export function join(mask, other) {
  other.forEach((value, n) => value && (mask[n] = 1));
}

export function isEmpty(mask) {
  return !mask.includes(1);
}

export function same(one, other) {
  return one.length === other.length && one.every((value, n) => value === other[n]);
}

/** Runs of equal values, as [length, value, length, value ...]: what history keeps. */
export function packed(values) {
  const runs = [];
  for (let start = 0; start < values.length; ) {
    let stop = start + 1;
    while (stop < values.length && values[stop] === values[start]) stop++;
    runs.push(stop - start, values[start]);
    start = stop;
  }
  return Uint32Array.from(runs);
}

export function unpacked(runs, length) {
  const values = new Uint8Array(length);
  for (let n = 0, start = 0; n < runs.length; n += 2) {
    values.fill(runs[n + 1], start, start + runs[n]);
    start += runs[n];
  }
  return values;
}

/**
 * Where the middle of a brush is set down: in the middle of a pixel if it is an odd number of pixels
 * wide, else where four meet, so that a brush covers the same pixels wherever in one it is pointed at.
 */
export function brushMiddle(point, diameter) {
  const snap = diameter % 2 ? (v) => Math.floor(v) + 0.5 : Math.round;
  return { x: snap(point.x), y: snap(point.y) };
}

/**
 * Set the pixels whose middles are within a round brush that goes straight from one point to another.
 * Returns the box that was touched, {left, top, right, bottom}, the last two outside; null if none was.
 */
export function paint(mask, picture, from, to, diameter, value) {
  const radius = diameter / 2;
  const left = Math.max(0, Math.floor(Math.min(from.x, to.x) - radius));
  const top = Math.max(0, Math.floor(Math.min(from.y, to.y) - radius));
  const right = Math.min(picture.width, Math.ceil(Math.max(from.x, to.x) + radius));
  const bottom = Math.min(picture.height, Math.ceil(Math.max(from.y, to.y) + radius));
  if (left >= right || top >= bottom) return null;
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const length = dx * dx + dy * dy;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const px = x + 0.5 - from.x;
      const py = y + 0.5 - from.y;
      const along = length ? Math.min(1, Math.max(0, (px * dx + py * dy) / length)) : 0;
      const ax = px - along * dx;
      const ay = py - along * dy;
      if (ax * ax + ay * ay <= radius * radius) mask[y * picture.width + x] = value;
    }
  }
  return { left, top, right, bottom };
}

/**
 * Borders of objects along the sides of pixels: by id, [x0, y0, x1, y1, ...] of horizontal and vertical
 * lines, joined where they go on. The picture's own border is one.
 */
export function borders(ids, { width, height }) {
  const lines = new Map();
  const add = (id, x0, y0, x1, y1) => {
    if (!lines.has(id)) lines.set(id, []);
    lines.get(id).push(x0, y0, x1, y1);
  };
  for (let y = 0; y <= height; y++) {
    between(ids, y, height, width, width, 1, (id, from, to) => add(id, from, y, to, y));
  }
  for (let x = 0; x <= width; x++) {
    between(ids, x, width, height, 1, width, (id, from, to) => add(id, x, from, x, to));
  }
  return lines;
}

/** Runs of each object's border between two rows (or columns), the second of which is number `row`. */
function between(ids, row, rows, count, stride, step, put) {
  let above = 0; // the objects whose runs are open, and where those begin
  let below = 0;
  let fromAbove = 0;
  let fromBelow = 0;
  for (let n = 0; n <= count; n++) {
    const at = row * stride + n * step;
    let a = n < count && row > 0 ? ids[at - stride] : 0;
    let b = n < count && row < rows ? ids[at] : 0;
    if (a === b) a = b = 0;
    if (a !== above) {
      if (above) put(above, fromAbove, n);
      above = a;
      fromAbove = n;
    }
    if (b !== below) {
      if (below) put(below, fromBelow, n);
      below = b;
      fromBelow = n;
    }
  }
}

/** Write the colours of ids, one 32-bit value for each id, into the pixels of a box. */
export function tint(ids, colours, pixels, width, box) {
  for (let y = box.top; y < box.bottom; y++) {
    for (let n = y * width + box.left; n < y * width + box.right; n++) pixels[n] = colours[ids[n]];
  }
}
