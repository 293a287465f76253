/** Ranges of frames: [first, last], both included; a last of null goes on to the end. Pure. */

const end = (last) => last ?? Infinity;

export function spanAt(spans, frame) {
  return spans.find(([first, last]) => first <= frame && frame <= end(last)) ?? null;
}

export function holds(spans, frame) {
  return spanAt(spans, frame) !== null;
}

/** What of one range is in none of the others. */
export function minus(span, others) {
  let left = [span];
  for (const [first, last] of others) {
    left = left.flatMap(([a, b]) => {
      if (end(last) < a || end(b) < first) return [[a, b]];
      const parts = [];
      if (a < first) parts.push([a, first - 1]);
      if (end(last) < end(b)) parts.push([last + 1, b]);
      return parts;
    });
  }
  return left;
}

export function inWords([first, last]) {
  if (last === null) return `from ${first} on`;
  return first === last ? `${first}` : `${first}–${last}`;
}
