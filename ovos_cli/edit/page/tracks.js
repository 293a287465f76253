/** What a timeline's rows show, frame by frame and column by column. Pure. */

/** Steps of confidence that are told apart as shades: 0 is nothing, SHADES certain. */
export const SHADES = 8;
const UNSURE = 0.5; // confidence of the lightest shade, and below

function eachFrame(spans, first, last, act) {
  for (const [from, to] of spans) {
    const end = Math.min(last, to ?? last);
    for (let frame = Math.max(first, from); frame <= end; frame++) act(frame - first);
  }
}

/** Values of 0 and 1 for the frames from first to last. */
export function flags(spans, first, last) {
  const values = new Uint8Array(last - first + 1);
  eachFrame(spans, first, last, (n) => (values[n] = 1));
  return values;
}

/** For each frame, 0 where an object is not seen, else a shade from 1 to SHADES by its confidence. */
export function shades(track, first, last) {
  const values = new Uint8Array(last - first + 1);
  const { confidence } = track;
  eachFrame(track.seen, first, last, (n) => {
    const sure = confidence[first + n] ?? 1;
    const part = Math.max(0, (sure - UNSURE) / (1 - UNSURE));
    values[n] = 1 + Math.round(part * (SHADES - 1));
  });
  return values;
}

/** The least value above 0 of the frames in each column: what needs a look is not hidden by zoom. */
export function leastInColumns(values, from, to, columns) {
  const least = (one, other) => (one && other ? Math.min(one, other) : one || other);
  return inColumns(values, from, to, columns, least);
}

/** 1 for each column with a frame that is flagged. */
export function anyInColumns(values, from, to, columns) {
  return inColumns(values, from, to, columns, (any, value) => any | value);
}

/** Frames from `from` to `to` (not included) are spread over the columns; both may be broken numbers. */
function inColumns(values, from, to, columns, join) {
  const result = new Uint8Array(columns);
  const each = (to - from) / columns;
  for (let column = 0; column < columns; column++) {
    const begin = Math.max(0, Math.floor(from + column * each));
    const end = Math.min(values.length, Math.max(begin + 1, Math.ceil(from + (column + 1) * each - 1e-6)));
    let value = 0;
    for (let n = begin; n < end; n++) value = join(value, values[n]);
    result[column] = value;
  }
  return result;
}

/** [begin, end, value] of equal columns side by side, without those of 0. */
export function runs(values) {
  const found = [];
  for (let begin = 0; begin < values.length; ) {
    let end = begin + 1;
    while (end < values.length && values[end] === values[begin]) end++;
    if (values[begin]) found.push([begin, end, values[begin]]);
    begin = end;
  }
  return found;
}

/** Frames apart at which a ruler is labelled, for labels not to touch. */
export function labelled(pixelsPerFrame, room = 64) {
  for (let step = 1; ; step *= 10) {
    for (const times of [1, 2, 5]) if (step * times * pixelsPerFrame >= room) return step * times;
  }
}
