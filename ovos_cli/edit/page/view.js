/**
 * Where a picture lies on the stage. Pure.
 *
 * A view is {scale, x, y}: a point p of the picture lies at p * scale + (x, y) on the stage. The stage
 * is measured in CSS pixels; (0, 0) of the picture is the corner of its first pixel, not the middle.
 */

const MARGIN = 16;
const LEAST = 0.5; // of the scale that fits
const MOST = 48;
const IN_SIGHT = 48; // CSS pixels of the picture that cannot be pushed away

export function fitted(picture, stage) {
  const room = (side) => Math.max(1, side - 2 * MARGIN);
  const scale = Math.min(room(stage.width) / picture.width, room(stage.height) / picture.height);
  return {
    scale,
    x: (stage.width - picture.width * scale) / 2,
    y: (stage.height - picture.height * scale) / 2,
  };
}

/** Zoomed by a factor; what is at the point `at` of the stage stays there. */
export function zoomed(view, factor, at, picture, stage) {
  const least = Math.min(1, fitted(picture, stage).scale * LEAST);
  const scale = Math.min(MOST, Math.max(least, view.scale * factor));
  const grown = scale / view.scale;
  const moved = { scale, x: at.x - (at.x - view.x) * grown, y: at.y - (at.y - view.y) * grown };
  return inSight(moved, picture, stage);
}

export function panned(view, dx, dy, picture, stage) {
  return inSight({ ...view, x: view.x + dx, y: view.y + dy }, picture, stage);
}

function inSight(view, picture, stage) {
  const kept = (start, side, room) => {
    const rest = Math.min(IN_SIGHT, side, room);
    return Math.min(room - rest, Math.max(rest - side, start));
  };
  return {
    scale: view.scale,
    x: kept(view.x, picture.width * view.scale, stage.width),
    y: kept(view.y, picture.height * view.scale, stage.height),
  };
}

/** Moved as little as needed for a point of the picture to be on the stage. */
export function showing(view, point, picture, stage) {
  const at = toStage(view, point);
  const beyond = (value, room) => {
    const margin = Math.min(40, room / 4);
    return Math.max(0, margin - value) + Math.min(0, room - margin - value);
  };
  return panned(view, beyond(at.x, stage.width), beyond(at.y, stage.height), picture, stage);
}

export function toPicture(view, at) {
  return { x: (at.x - view.x) / view.scale, y: (at.y - view.y) / view.scale };
}

export function toStage(view, point) {
  return { x: point.x * view.scale + view.x, y: point.y * view.scale + view.y };
}

/** The pixel that a point of the picture is in; null beside the picture. */
export function pixelAt(point, picture) {
  const x = Math.floor(point.x);
  const y = Math.floor(point.y);
  return x >= 0 && y >= 0 && x < picture.width && y < picture.height ? { x, y } : null;
}
