/** What was loaded lately, by key: asked for once, and forgotten in the order of use. */
export class Recent {
  #load;
  #most;
  #kept = new Map();

  constructor(load, most) {
    this.#load = load;
    this.#most = most;
  }

  get(key) {
    const kept = this.#kept.get(key) ?? this.#load(key);
    this.put(key, kept);
    kept.catch(() => this.#kept.get(key) === kept && this.#kept.delete(key));
    return kept;
  }

  has(key) {
    return this.#kept.has(key);
  }

  put(key, promise) {
    this.#kept.delete(key);
    this.#kept.set(key, promise);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#most) break;
      this.#kept.delete(oldest);
    }
  }

  drop(key) {
    this.#kept.delete(key);
  }

  clear() {
    this.#kept.clear();
  }
}
