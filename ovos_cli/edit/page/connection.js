import { Refused } from './api.js';
import { Emitter } from './emitter.js';

const AGAIN_MS = 1500;
const NEWS = ['frame', 'following', 'timeline', 'shot'];

/**
 * News from the server, and whether it is there.
 *
 * Emits `frame`, `following`, `timeline` and `shot` with what they tell, and `lost`, `found`, and
 * `ended` (with a sentence) if another server is there now that does not know this page.
 */
export class Connection extends Emitter {
  #api;
  #source = null;
  #lost = false;
  #waiting = [];

  constructor(api) {
    super();
    this.#api = api;
  }

  /** Resolves when news are heard. */
  open() {
    const heard = new Promise((resolve) => this.#waiting.push(resolve));
    this.#listen();
    return heard;
  }

  #listen() {
    const source = this.#api.events();
    this.#source = source;
    source.addEventListener('here', () => this.#found());
    source.onerror = () => this.#lose();
    for (const name of NEWS) {
      source.addEventListener(name, (news) => this.emit(name, JSON.parse(news.data || '{}')));
    }
  }

  /** When the server is there (again). */
  back() {
    if (!this.#lost) this.#lose();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #lose() {
    this.#source.close();
    if (!this.#lost) this.emit('lost');
    this.#lost = true;
    setTimeout(() => this.#tryAgain(), AGAIN_MS);
  }

  // By a request first: an EventSource does not tell why it is refused.
  async #tryAgain() {
    try {
      await this.#api.shotAgain();
      this.#listen();
    } catch (error) {
      if (error instanceof Refused && error.status === 403) this.emit('ended', error.message);
      else setTimeout(() => this.#tryAgain(), AGAIN_MS);
    }
  }

  #found() {
    if (this.#lost) this.emit('found');
    this.#lost = false;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
