import { inWords } from './spans.js';

/** Following: its buttons, how far it is, and what has changed since. */
export class Following {
  #all = document.getElementById('follow');
  #back = document.getElementById('follow-back');
  #on = document.getElementById('follow-on');
  #stop = document.getElementById('stop');
  #progress = document.getElementById('progress');
  #text = document.getElementById('follow-text');
  #api;
  #shot;
  #look;
  #saving;
  #messages;
  #error = null;

  constructor({ api, shot, look, saving, messages }) {
    this.#api = api;
    this.#shot = shot;
    this.#look = look;
    this.#saving = saving;
    this.#messages = messages;
    this.#all.addEventListener('click', () => this.both());
    this.#on.addEventListener('click', () => this.forward());
    this.#back.addEventListener('click', () => this.backward());
    this.#stop.addEventListener('click', () => this.stop());
    for (const event of ['info', 'timeline', 'following']) shot.on(event, () => this.#update());
    this.#update();
  }

  both() {
    this.#follow(null, null);
  }

  forward() {
    this.#follow(this.#look.frame, null);
  }

  backward() {
    this.#follow(null, this.#look.frame);
  }

  async stop() {
    if (this.#shot.following) await this.#ask(() => this.#api.stop());
  }

  async #follow(first, last) {
    if (this.#shot.readOnly) return this.#messages.say(this.#shot.readOnly);
    await this.#saving.idle(); // what was just clicked or drawn is followed too
    if (this.#shot.following) return;
    if (!this.#shot.canFollow) {
      return this.#messages.say('Nothing is given yet: click an object, then follow it.');
    }
    await this.#ask(() => this.#api.follow(first, last));
  }

  async #ask(act) {
    try {
      await act();
      await this.#shot.loadInfo();
    } catch (error) {
      this.#messages.trouble(error);
    }
  }

  #update() {
    const { following } = this.#shot.info;
    const running = following.state !== 'idle';
    const { stale } = this.#shot.timeline;
    const can = !this.#shot.readOnly && this.#shot.canFollow;
    for (const button of [this.#all, this.#on, this.#back]) {
      button.hidden = running;
      button.disabled = !can;
    }
    const wanted = stale.length > 0 || !this.#shot.isKnown;
    document.body.dataset.changed = can && stale.length > 0;
    this.#all.dataset.wanted = can && wanted;
    this.#all.querySelector('span').textContent = stale.length ? 'Follow what changed' : 'Follow';
    this.#stop.hidden = this.#progress.hidden = !running;
    this.#stop.disabled = following.state === 'stopping';
    this.#text.textContent = running ? progressText(following) : this.#rest(stale);
    if (following.total) {
      this.#progress.max = following.total;
      this.#progress.value = following.done;
    } else {
      this.#progress.removeAttribute('value');
    }
    if (following.error && following.error !== this.#error) this.#messages.trouble(new Error(following.error));
    this.#error = following.error;
  }

  #rest(stale) {
    if (stale.length) {
      const words = stale.slice(0, 2).map(inWords).join(', ');
      return `Changed: ${words}${stale.length > 2 ? ' …' : ''}`;
    }
    return this.#shot.canFollow && this.#shot.isKnown ? 'All is followed' : '';
  }
}

function progressText({ state, at, done, total, frames_per_second: speed }) {
  if (state === 'stopping') return 'Stopping …';
  const parts = [];
  if (at !== null && at !== undefined) parts.push(`frame ${at}`);
  if (total) parts.push(`${done} of ${total}`);
  if (speed) {
    parts.push(speed >= 1 ? `${speed.toFixed(1)} frames/s` : `${(1 / speed).toFixed(1)} s a frame`);
    if (total > done) parts.push(`${duration((total - done) / speed)} left`);
  }
  return parts.join(' · ') || 'Getting ready …';
}

function duration(seconds) {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  if (seconds < 3600) return `${Math.ceil(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
