/** Going from frame to frame: buttons, the number, and what there is to look at. */
export class Transport {
  #field = document.getElementById('frame');
  #shot;
  #look;
  #playing;
  #messages;

  constructor({ shot, look, playing, timeline, messages }) {
    this.#shot = shot;
    this.#look = look;
    this.#playing = playing;
    this.#messages = messages;
    const on = (id, act) => document.getElementById(id).addEventListener('click', act);
    on('to-start', () => this.go(shot.first));
    on('to-end', () => this.go(shot.last));
    on('previous', () => this.step(-1));
    on('next', () => this.step(1));
    on('previous-given', () => this.given(-1));
    on('next-given', () => this.given(1));
    on('play', () => playing.toggle());
    on('look-at', () => this.lookAt());
    on('timeline-in', () => timeline.zoom(1.5));
    on('timeline-out', () => timeline.zoom(1 / 1.5));
    this.#field.addEventListener('change', () => this.#typed());
    this.#field.addEventListener('focus', () => this.#field.select());
    this.#field.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.#update();
      if (event.key === 'Escape' || event.key === 'Enter') this.#field.blur();
    });
    const update = () => this.#update();
    look.on('frame', update);
    shot.on('info', update);
    shot.on('timeline', update);
    playing.on('change', update);
    update();
  }

  go(frame) {
    this.#playing.stop();
    this.#look.toFrame(Math.min(this.#shot.last, Math.max(this.#shot.first, frame)));
  }

  step(by) {
    this.go(this.#look.frame + by);
  }

  /** To the nearest given frame before (-1) or after (1). */
  given(direction) {
    const beyond = this.#shot.given.filter((frame) => (frame - this.#look.frame) * direction > 0);
    if (!beyond.length) {
      return this.#messages.say(`Nothing is given ${direction > 0 ? 'after' : 'before'} this frame.`);
    }
    this.go(direction > 0 ? beyond[0] : beyond.at(-1));
  }

  /** To what most needs a look; from there to the next. */
  lookAt() {
    const list = this.#shot.timeline.look_at;
    if (!list.length) return this.#messages.say('No frame stands out.');
    const { frame: now, object: chosen } = this.#look;
    const at = list.findIndex(({ frame, object }) => frame === now && (object ?? chosen) === chosen);
    const { frame, object, why } = list[(at + 1) % list.length];
    if (this.#shot.object(object)) this.#look.choose(object);
    this.go(frame);
    const name = this.#shot.object(object)?.name;
    this.#messages.say(`Frame ${frame}${name ? `, ${name}` : ''}: ${why}`);
  }

  /** Write a number. */
  ask() {
    this.#field.focus();
  }

  #typed() {
    const frame = Number.parseInt(this.#field.value, 10);
    if (Number.isNaN(frame)) this.#update();
    else this.go(frame);
    this.#field.value = this.#look.frame;
  }

  #update() {
    const { first, last, info, timeline } = this.#shot;
    if (document.activeElement !== this.#field) this.#field.value = this.#look.frame;
    document.getElementById('frame-title').textContent = this.#look.frame;
    document.getElementById('of').textContent =
      info.last === null ? 'counting …' : `of ${first}–${last}`;
    document.getElementById('play').setAttribute('aria-pressed', this.#playing.running);
    const button = document.getElementById('look-at');
    const count = timeline.look_at.length;
    button.dataset.some = count > 0;
    button.querySelector('span').textContent = count ? `Look at ${count}` : 'Nothing to look at';
    button.disabled = !count;
  }
}
