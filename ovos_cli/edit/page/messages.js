const SHOWN_MS = [4000, 60]; // a sentence, and each letter of it
const MOST = 3;

/** Sentences that go away by themselves, and one that stays while it is true. */
export class Messages {
  #toasts = document.getElementById('toasts');
  #banner = document.getElementById('banner');

  say(text) {
    this.#toast(text, 'said');
  }

  trouble(error) {
    if (error?.name === 'AbortError') return;
    this.#toast(error.message, 'trouble');
  }

  /** Null takes it away. tone: "plain" or "trouble". */
  banner(text, tone = 'plain') {
    this.#banner.hidden = text === null;
    this.#banner.textContent = text ?? '';
    this.#banner.dataset.tone = tone;
  }

  #toast(text, tone) {
    for (const toast of this.#toasts.children) if (toast.textContent === text) toast.remove();
    while (this.#toasts.children.length >= MOST) this.#toasts.firstChild.remove();
    const toast = document.createElement('p');
    toast.textContent = text;
    toast.dataset.tone = tone;
    toast.addEventListener('click', () => toast.remove());
    this.#toasts.append(toast);
    const [each, letter] = SHOWN_MS;
    setTimeout(() => toast.remove(), each + letter * text.length);
  }
}
