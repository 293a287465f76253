import { Emitter } from './emitter.js';
import { Newest } from './newest.js';
import { holds, minus } from './spans.js';

const NO_TRACK = { seen: [], confidence: {}, given: [], absent: [] };
const NOTHING = { objects: {}, known: [], locked: [], cuts: [], stale: [], look_at: [] };

/**
 * The shot as the server last told of it.
 *
 * Emits `info` (objects and all else), `following` (how far it is) and `timeline`.
 */
export class Shot extends Emitter {
  info = null;
  timeline = NOTHING;
  #infos = new Newest();
  #followings = new Newest();
  #timelines = new Newest();

  constructor(api) {
    super();
    this.api = api;
  }

  async load() {
    await Promise.all([this.loadInfo(), this.loadTimeline()]);
  }

  async loadInfo() {
    const asked = this.#infos.now();
    const askedFollowing = this.#followings.now();
    const info = await this.api.shot();
    if (!this.#infos.takes(asked)) return;
    const { following } = this.#followings.takes(askedFollowing) ? info : this.info;
    this.info = { ...info, following };
    this.emit('info');
  }

  async loadTimeline() {
    const asked = this.#timelines.now();
    this.takeTimeline(await this.api.timeline(), asked);
  }

  /** asked: the moment of it; of what a write answers, now. */
  takeTimeline(timeline, asked = this.#timelines.now()) {
    if (!this.#timelines.takes(asked)) return;
    this.timeline = timeline;
    this.emit('timeline');
  }

  /** What is told as it happens. */
  takeFollowing(following) {
    this.#followings.takes(this.#followings.now());
    this.info = { ...this.info, following };
    this.emit('following');
  }

  get size() {
    return { width: this.info.width, height: this.info.height };
  }

  get objects() {
    return this.info.objects;
  }

  get readOnly() {
    return this.info.read_only;
  }

  get following() {
    return this.info.following.state !== 'idle';
  }

  get first() {
    return this.info.first;
  }

  /** The last frame, or the last that is heard of while nobody has counted them. */
  get last() {
    if (this.info.last !== null) return this.info.last;
    const ends = Object.values(this.timeline.objects).flatMap((track) => [
      ...track.given,
      ...track.seen.map(([, last]) => last),
    ]);
    return Math.max(this.first, ...ends);
  }

  object(ident) {
    return this.objects.find((object) => object.id === ident) ?? null;
  }

  track(ident) {
    return this.timeline.objects[ident] ?? NO_TRACK;
  }

  /** Frames in which something is given, rising. */
  get given() {
    const all = Object.values(this.timeline.objects).flatMap((track) => track.given);
    return [...new Set(all)].sort((a, b) => a - b);
  }

  /** Whether there is something to follow: a locked frame is as good as a given one. */
  get canFollow() {
    return this.given.length > 0 || this.timeline.locked.length > 0;
  }

  /** Whether masks of all frames are known. */
  get isKnown() {
    return this.info.last !== null && !minus([this.first, this.last], this.timeline.known).length;
  }

  isGiven(ident, frame) {
    return this.track(ident).given.includes(frame);
  }

  isAbsent(ident, frame) {
    return holds(this.track(ident).absent, frame);
  }

  isLocked(frame) {
    return holds(this.timeline.locked, frame);
  }

  isStale(frame) {
    return holds(this.timeline.stale, frame);
  }
}
