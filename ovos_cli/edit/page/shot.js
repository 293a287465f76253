import { Emitter } from './emitter.js';
import { holds } from './spans.js';

const NO_TRACK = { seen: [], confidence: {}, given: [], absent: [] };
const NOTHING = { objects: {}, locked: [], cuts: [], stale: [], look_at: [] };

/**
 * The shot as the server last told of it.
 *
 * Emits `info` (objects and all else), `following` (how far it is) and `timeline`.
 */
export class Shot extends Emitter {
  info = null;
  timeline = NOTHING;

  constructor(api) {
    super();
    this.api = api;
  }

  async load() {
    [this.info, this.timeline] = await Promise.all([this.api.shot(), this.api.timeline()]);
    this.emit('info');
    this.emit('timeline');
  }

  async loadInfo() {
    this.info = await this.api.shot();
    this.emit('info');
  }

  async loadTimeline() {
    this.takeTimeline(await this.api.timeline());
  }

  takeTimeline(timeline) {
    this.timeline = timeline;
    this.emit('timeline');
  }

  takeFollowing(following) {
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

  /** Whether masks of all frames are known. */
  get isKnown() {
    if (this.info.last === null) return false;
    const { objects, locked } = this.timeline;
    const frames = new Set(this.given);
    for (const { confidence } of Object.values(objects)) {
      for (const frame in confidence) frames.add(Number(frame));
    }
    for (const [first, last] of locked) {
      for (let frame = first; frame <= last; frame++) frames.add(frame);
    }
    return frames.size > this.last - this.first;
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
