/** Colours of objects as they are shown: those of masks are often too dark to be seen. Pure. */

const BRIGHT = 225; // of the strongest channel, at least
const CALM = 0.2; // the part of what the other channels lack that they are given
const LIGHT = 0.2; // relative luminance, at least

const channels = (color) => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));

function luminance(rgb) {
  const [r, g, b] = rgb.map((value) => (value / 255) ** 2.2);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** [r, g, b] of "#rrggbb", brightened and then whitened as much as is needed. */
function seen(color) {
  let rgb = channels(color);
  const strongest = Math.max(...rgb, 1);
  if (strongest < BRIGHT) rgb = rgb.map((value) => (value * BRIGHT) / strongest);
  // Pure colours of a palette are louder than anything in a picture.
  rgb = rgb.map((value) => value + (BRIGHT - Math.min(value, BRIGHT)) * CALM);
  for (let white = 0; luminance(rgb) < LIGHT && white < 20; white++) {
    rgb = rgb.map((value) => value + (255 - value) * 0.1);
  }
  return rgb.map(Math.round);
}

export function cssColour(color) {
  return `rgb(${seen(color).join(' ')})`;
}

/** A 32-bit pixel as a canvas has it, opaque. */
export function pixelColour(color) {
  const [r, g, b] = seen(color);
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
}
