/** What the page asks of `ovos edit`. Masks are raw bytes, a pixel each in row order, sent as gzip. */

/** The server says no; the message is for people. */
export class Refused extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/** Nobody answers. */
export class Unreachable extends Error {}

const TOKEN = 'ovos-token';

// Of several windows on a shot, one writes: the server tells them apart by this.
const WINDOW = Array.from(crypto.getRandomValues(new Uint8Array(12)), (n) => n.toString(36)).join('');

/** The token of the address, kept for reloading and taken out of what is seen of the address. */
export function takeToken() {
  const address = new URL(location.href);
  const token = address.searchParams.get('token');
  if (token !== null) {
    sessionStorage.setItem(TOKEN, token);
    address.searchParams.delete('token');
    history.replaceState(null, '', address);
  }
  return sessionStorage.getItem(TOKEN) ?? '';
}

async function zipped(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Response(stream).arrayBuffer();
}

const bytesOf = async (answer) => new Uint8Array(await answer.arrayBuffer());

export class Api {
  #token;

  constructor(token) {
    this.#token = token;
  }

  async #ask(method, path, { json, body, type, signal } = {}) {
    const headers = { 'X-Ovos-Token': this.#token, 'X-Ovos-Window': WINDOW };
    if (json !== undefined) {
      body = JSON.stringify(json);
      type = 'application/json';
    }
    if (type) headers['Content-Type'] = type;
    let answer;
    try {
      answer = await fetch(`api/${path}`, { method, headers, body, signal, cache: 'no-store' });
    } catch (error) {
      if (error.name === 'AbortError') throw error;
      throw new Unreachable('ovos does not answer');
    }
    if (!answer.ok) {
      const said = await answer.json().catch(() => ({}));
      throw new Refused(said.error ?? `ovos answers with ${answer.status}`, answer.status);
    }
    return answer;
  }

  async #json(method, path, json) {
    const answer = await this.#ask(method, path, { json });
    return answer.status === 204 ? {} : answer.json();
  }

  shot = () => this.#json('GET', 'shot');
  /** The same, of a page that had lost the server. */
  shotAgain = () => this.#json('GET', 'shot?again=1');
  timeline = () => this.#json('GET', 'timeline');

  /** width: of a smaller picture; null is the full one. */
  async picture(frame, width = null) {
    const answer = await this.#ask('GET', `frames/${frame}${width ? `?width=${width}` : ''}`);
    // The picture as it is: a display's profile must not change what is looked at.
    return createImageBitmap(await answer.blob(), { colorSpaceConversion: 'none' });
  }

  /** {ids, origin}; null where nothing is known. */
  async masks(frame) {
    const answer = await this.#ask('GET', `masks/${frame}`);
    if (answer.status === 204) return null;
    const origin = JSON.parse(answer.headers.get('X-Ovos-Origin') ?? '{}');
    return { ids: await bytesOf(answer), origin };
  }

  async give(frame, object, mask) {
    const body = await zipped(mask);
    const path = `masks/${frame}?object=${object}`;
    return (await this.#ask('PUT', path, { body, type: 'application/gzip' })).json();
  }

  takeBack = (frame, object) => this.#json('DELETE', `masks/${frame}?object=${object}`);

  /** The mask that a click would take. */
  async click(prompt, signal) {
    return bytesOf(await this.#ask('POST', 'click', { json: prompt, signal }));
  }

  /** [{box, score}] of a frame; the first is proposal 0. */
  proposals = (frame) => this.#json('GET', `proposals/${frame}`);

  addObject = (said) => this.#json('POST', 'objects', said);
  changeObject = (object, said) => this.#json('PATCH', `objects/${object}`, said);
  removeObject = (object) => this.#json('DELETE', `objects/${object}`);

  absent = (object, first, last) => this.#json('POST', 'absent', { object, first, last });
  present = (object, first) => this.#json('DELETE', 'absent', { object, first });
  lock = (first, last) => this.#json('POST', 'lock', { first, last });
  unlock = (first, last) => this.#json('POST', 'unlock', { first, last });

  /** object: whose mask it is, if the file does not say; may be null. */
  async upload(frame, file, object) {
    const type = file.type || 'application/octet-stream';
    const said = new URLSearchParams({ frame, name: file.name });
    if (object !== null) said.set('object', object);
    const path = `upload?${said}`;
    return (await this.#ask('POST', path, { body: file, type })).json();
  }

  follow = (first, last) => this.#json('POST', 'follow', { first, last });
  stop = () => this.#json('POST', 'stop');

  events() {
    return new EventSource(`api/events?token=${encodeURIComponent(this.#token)}`);
  }
}
