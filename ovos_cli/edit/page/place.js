/** Where a person looks, kept for a page that is reloaded: a server that is started anew begins elsewhere. */

const PLACE = 'ovos-place';

/** {frame, object} of the page before, of the same server; null if there is none. */
export function placeBefore(token) {
  const place = JSON.parse(sessionStorage.getItem(PLACE) ?? 'null');
  return place?.token === token ? place : null;
}

export function keepPlace(token, { frame, object }) {
  sessionStorage.setItem(PLACE, JSON.stringify({ token, frame, object }));
}
