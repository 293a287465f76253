/**
 * The newest of what is told, in whatever order it comes. Each piece has the moment of its asking: what
 * was asked for before something that is known was told may be older than that. Pure.
 */
export class Newest {
  #moment = 0;
  #known = 0;

  now() {
    return ++this.#moment;
  }

  /** Whether what was asked for at a moment is no older than what is known; then it is what is known. */
  takes(moment) {
    if (moment < this.#known) return false;
    this.#known = moment;
    return true;
  }
}
