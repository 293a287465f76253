import { cssColour } from './colours.js';

/**
 * The list of objects: choose, name, colour, hide, solo, remove, add.
 *
 * A row is made once and then changed, so that a name that is being written, and the focus, stay.
 */
export class Objects {
  #list = document.getElementById('objects');
  #template = document.getElementById('object-row');
  #shot;
  #look;
  #editing;

  constructor({ shot, look, editing }) {
    this.#shot = shot;
    this.#look = look;
    this.#editing = editing;
    document.getElementById('add-object').addEventListener('click', () => editing.addObject());
    const update = () => this.#update();
    shot.on('info', update);
    for (const event of ['object', 'shown']) look.on(event, update);
    update();
  }

  rename(ident) {
    this.#list.querySelector(`[data-object="${ident}"] .name`)?.select();
  }

  #update() {
    const { objects } = this.#shot;
    const rows = new Map([...this.#list.children].map((row) => [Number(row.dataset.object), row]));
    for (const [id, row] of rows) if (!this.#shot.object(id)) row.remove();
    objects.forEach((object, n) => {
      const row = rows.get(object.id) ?? this.#made(object.id);
      if (this.#list.children[n] !== row) this.#list.insertBefore(row, this.#list.children[n] ?? null);
      this.#fill(row, object, n);
    });
    document.getElementById('no-objects').hidden = objects.length > 0;
  }

  #made(ident) {
    const row = this.#template.content.firstElementChild.cloneNode(true);
    row.dataset.object = ident;
    const [look, editing] = [this.#look, this.#editing];
    const on = (selector, event, act) => row.querySelector(selector).addEventListener(event, act);
    row.addEventListener('pointerdown', () => look.choose(ident));
    on('.choose', 'click', () => look.choose(ident));
    on('.hide', 'click', () => look.toggleHidden(ident));
    on('.solo', 'click', () => look.toggleSolo(ident));
    on('.remove', 'click', () => editing.removeObject(ident));
    on('.color', 'change', (event) => editing.changeObject(ident, { color: event.target.value }));
    on('.name', 'change', (event) => this.#named(ident, event.target));
    on('.name', 'keydown', (event) => {
      if (event.key === 'Escape') event.target.value = this.#shot.object(ident).name;
      if (event.key === 'Escape' || event.key === 'Enter') event.target.blur();
    });
    return row;
  }

  #named(ident, field) {
    const name = field.value.trim();
    if (name) this.#editing.changeObject(ident, { name });
    else field.value = this.#shot.object(ident).name;
  }

  #fill(row, { id, name, color }, n) {
    const look = this.#look;
    const part = (selector) => row.querySelector(selector);
    const chosen = row.getAttribute('aria-current') === 'true';
    row.setAttribute('aria-current', id === look.object);
    if (id === look.object && !chosen) row.scrollIntoView({ block: 'nearest' });
    part('.choose').textContent = n < 9 ? n + 1 : '';
    part('.choose').setAttribute('aria-label', `Choose ${name}`);
    part('.choose').setAttribute('aria-pressed', id === look.object);
    if (document.activeElement !== part('.name')) part('.name').value = name;
    if (document.activeElement !== part('.color')) part('.color').value = color;
    part('.swatch').style.background = cssColour(color);
    part('.name').setAttribute('aria-label', `Name of ${name}`);
    part('.color').setAttribute('aria-label', `Colour of ${name}`);
    const toggle = (selector, pressed, label) => {
      part(selector).setAttribute('aria-pressed', pressed);
      part(selector).setAttribute('aria-label', label);
    };
    toggle('.hide', look.hidden.has(id), `Hide ${name}`);
    toggle('.solo', look.solo === id, `Show only ${name}`);
    part('.remove').setAttribute('aria-label', `Remove ${name}`);
    for (const field of row.querySelectorAll('.name, .color, .remove')) {
      field.disabled = Boolean(this.#shot.readOnly);
    }
  }
}
