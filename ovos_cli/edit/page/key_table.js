const DIRECTIONS = { w: [0, -1], a: [-1, 0], s: [0, 1], d: [1, 0] };
const MOVES = {
  ArrowUp: [0, 60],
  ArrowDown: [0, -60],
  'alt+ArrowLeft': [60, 0],
  'alt+ArrowRight': [-60, 0],
};

/** All keys by what they are for: [names, what they do, the act, how the help writes them if shorter]. */
export function keyTable(parts) {
  const { look, shot, stage, tools, crosshair, editing, following, transport } = parts;
  const { timeline, objects, here, playing } = parts;
  const choose = (name) => {
    const object = shot.objects[Number(name) - 1];
    if (object) look.choose(object.id);
  };
  const chosen = (act) => () => look.object !== null && act(look.object);
  const cross = (fine) => (name) => crosshair.move(...DIRECTIONS[name.at(-1)], fine);
  /** The first key does one thing, the second the other. */
  const either = (first, one, other) => (name) => (name === first ? one() : other());
  const go = (frames, first) => either(first, () => transport.step(-frames), () => transport.step(frames));
  const stop = () => {
    crosshair.hide();
    following.stop();
  };

  return grouped({
    Frames: [
      ['ArrowLeft ArrowRight', 'Previous, next frame', go(1, 'ArrowLeft')],
      ['shift+ArrowLeft shift+ArrowRight', 'Ten frames', go(10, 'shift+ArrowLeft')],
      ['Home End', 'First, last frame', (name) => transport.go(name === 'Home' ? shot.first : shot.last)],
      [', .', 'Previous, next given frame', (name) => transport.given(name === ',' ? -1 : 1)],
      ['n', 'Next frame to look at', () => transport.lookAt()],
      ['g', 'Go to a frame by its number', () => transport.ask()],
      ['Space', 'Play, pause; held down: drag the picture', () => playing.toggle()],
      ['t shift+t', 'Timeline closer, farther', (name) => timeline.zoom(name === 't' ? 1.5 : 1 / 1.5)],
    ],
    Tools: [
      ['c', 'Click', () => tools.take('click')],
      ['v', 'Not this: a click is on what is not of the object', () => tools.take('not')],
      ['r', 'Box', () => tools.take('box')],
      ['p', 'Pick a proposal: its number, or [ and ], then Enter', () => tools.take('pick')],
      ['b', 'Brush', () => tools.take('brush')],
      ['e', 'Eraser', () => tools.take('eraser')],
      ['[ ]', 'Smaller, larger brush (Alt and the wheel)', (name) => tools.resizeBrush(name === '[' ? -1 : 1)],
      ['ctrl+z', 'Undo', () => editing.undo()],
      ['ctrl+shift+z ctrl+y', 'Redo', () => editing.redo()],
    ],
    'Without a mouse': [
      ['w a s d', 'Move a crosshair', cross(false)],
      ['shift+w shift+a shift+s shift+d', 'By one pixel', cross(true), 'shift+w a s d'],
      ['Enter', 'Click there; box and brush: begin, then end', () => crosshair.press(false)],
      ['shift+Enter', 'Not this; brush: erase', () => crosshair.press(true)],
    ],
    Objects: [
      ['1 2 3 4 5 6 7 8 9', 'Choose an object', choose, '1 … 9'],
      ['shift+n', 'Add an object', () => editing.addObject()],
      ['F2', 'Name it', chosen((id) => objects.rename(id))],
      ['h', 'Hide it', chosen((id) => look.toggleHidden(id))],
      ['shift+h', 'Show only it', chosen((id) => look.toggleSolo(id))],
      ['shift+Backspace ctrl+Delete', 'Remove it', chosen((id) => editing.removeObject(id))],
    ],
    'What you say of frames': [
      ['Delete Backspace', 'Take back what is given of the object here', () => here.takeBack()],
      ['shift+Delete', 'Take back all that is given here', () => editing.takeBack()],
      ['x', 'Out of sight: from here on, or in the range', () => here.absent()],
      ['shift+x', 'In sight after all', () => here.present()],
      ['i o', 'A range begins, ends here', either('i', () => look.beginRange(), () => look.endRange())],
      ['shift+i', 'No range', () => look.setRange(null)],
      ['l shift+l', 'Lock, unlock this frame or the range', either('l', () => here.lock(), () => here.unlock())],
      ['u', 'Take the masks of a file', () => here.chooseFile()],
    ],
    Follow: [
      ['f', 'Follow in both directions, or what changed', () => following.both()],
      ['shift+f', 'Forward from here', () => following.forward()],
      ['shift+r', 'Backward from here', () => following.backward()],
      ['Escape', 'Stop; let go of a stroke or a box', stop],
    ],
    View: [
      ['+ =', 'Closer (also the wheel)', () => stage.zoom(1.25), '+'],
      ['-', 'Farther', () => stage.zoom(0.8)],
      ['0', 'Fit', () => stage.fit()],
      [Object.keys(MOVES).join(' '), 'Move the picture', (name) => stage.pan(...MOVES[name])],
      ['m', 'Masks on and off', () => look.toggleMasks()],
      ['?', 'These keys', () => parts.help()],
    ],
  });
}

function grouped(groups) {
  return Object.entries(groups).map(([title, rows]) => ({
    title,
    keys: rows.map(([names, text, act, shown = names]) => ({
      keys: names.split(' '),
      shown: shown.split(' '),
      text,
      act,
    })),
  }));
}
