/** Keys: one table for what they do and for the help that lists them. */

const SYMBOLS = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
};

/** "ctrl+shift+z" of an event: the order of the names is fixed; signs carry no shift of their own. */
export function nameOf(event) {
  const graph = event.getModifierState('AltGraph'); // [ and ] on many keyboards
  const sign = event.key.length === 1 && event.key.toLowerCase() === event.key.toUpperCase();
  // A digit is its key: on some keyboards it needs Shift.
  const digit = !graph && /^Digit([0-9])$/.exec(event.code)?.[1];
  const isDigit = digit && (!event.shiftKey || /[0-9]/.test(event.key));
  const parts = [];
  if ((event.ctrlKey || event.metaKey) && !graph) parts.push('ctrl');
  if (event.altKey && !graph) parts.push('alt');
  if (event.shiftKey && !sign) parts.push('shift');
  const key = isDigit ? digit : event.key === ' ' ? 'Space' : event.key;
  parts.push(key.length === 1 ? key.toLowerCase() : key);
  return parts.join('+');
}

const isWriting = (element) =>
  element.matches('input:not([type=range]):not([type=color]), textarea, select');

/** Whether a key is the focused element's own. */
function isTheirs(element, name) {
  if (isWriting(element)) return true;
  if (element.matches('[type=range]') && /^Arrow|^Home$|^End$/.test(name)) return true;
  return element.matches('button, input') && ['Enter', 'Space'].includes(name);
}

export class Keys {
  #acts = new Map();
  #groups;
  #hand;
  #tools;
  #help = document.getElementById('help');

  /**
   * groups: [{title, keys: [{keys, shown, text, act}]}], the first two lists of names; `act` is called
   * with the name of the key. hand: see Hand. tools: the one in the hand has its own keys first.
   */
  constructor(groups, { hand, tools }) {
    this.#groups = groups;
    this.#hand = hand;
    this.#tools = tools;
    for (const { keys: table } of groups) {
      for (const { keys, act } of table) for (const key of keys) this.#acts.set(key, act);
    }
    this.#fillHelp();
    document.getElementById('help-button').addEventListener('click', () => this.toggleHelp());
    document.addEventListener('keydown', (event) => this.#down(event));
    document.addEventListener('keyup', (event) => this.#up(event));
  }

  toggleHelp() {
    if (this.#help.open) this.#help.close();
    else this.#help.showModal();
  }

  #down(event) {
    const name = nameOf(event);
    const act = this.#acts.get(name);
    if (!act || isTheirs(event.target, name)) return;
    if (this.#help.open && name !== '?') return;
    event.preventDefault();
    // Space held down moves the picture; what else it does waits until it is let go.
    if (name === 'Space') this.#hand.setGrabs(true);
    else if (!this.#tools.current.key(name)) act(name);
  }

  #up(event) {
    if (event.key !== ' ' || !this.#hand.grabs) return;
    this.#hand.setGrabs(false);
    if (!this.#hand.grabbed) this.#acts.get('Space')('Space');
  }

  #fillHelp() {
    const list = this.#help.querySelector('#key-list');
    for (const { title, keys: table } of this.#groups) {
      const section = document.createElement('section');
      const heading = document.createElement('h3');
      heading.textContent = title;
      const pairs = document.createElement('dl');
      for (const { shown, text } of table) {
        const term = document.createElement('dt');
        for (const key of shown) {
          const element = document.createElement('kbd');
          element.textContent = inWords(key);
          term.append(element);
        }
        const said = document.createElement('dd');
        said.textContent = text;
        pairs.append(term, said);
      }
      section.append(heading, pairs);
      list.append(section);
    }
  }
}

function inWords(name) {
  const parts = name === '+' ? ['+'] : name.split('+');
  return parts
    .map((part) => SYMBOLS[part] ?? (part.length === 1 ? part.toUpperCase() : part))
    .map((part) => part[0].toUpperCase() + part.slice(1))
    .join(' ');
}
