const DIRECTIONS = { w: [0, -1], a: [-1, 0], s: [0, 1], d: [1, 0] };

/** All keys, by what they are for. `shown` is how the help writes them where that is shorter. */
export function keyTable(parts) {
  const { look, shot, stage, tools, crosshair, editing, following, transport } = parts;
  const { timeline, objects, here, playing } = parts;
  const choose = (name) => {
    const object = shot.objects[Number(name) - 1];
    if (object) look.choose(object.id);
  };
  const chosen = (act) => () => look.object !== null && act(look.object);
  const cross = (fine) => (name) => crosshair.move(...DIRECTIONS[name.at(-1)], fine);

  const frames = [
    { keys: ['ArrowLeft', 'ArrowRight'], text: 'Previous, next frame', act: (name) => transport.step(name === 'ArrowLeft' ? -1 : 1) },
    { keys: ['shift+ArrowLeft', 'shift+ArrowRight'], text: 'Ten frames', act: (name) => transport.step(name.endsWith('Left') ? -10 : 10) },
    { keys: ['Home', 'End'], text: 'First, last frame', act: (name) => transport.go(name === 'Home' ? shot.first : shot.last) },
    { keys: [',', '.'], text: 'Previous, next given frame', act: (name) => transport.given(name === ',' ? -1 : 1) },
    { keys: ['n'], text: 'Next frame to look at', act: () => transport.lookAt() },
    { keys: ['g'], text: 'Go to a frame by its number', act: () => transport.ask() },
    { keys: [' '], text: 'Play, pause; held down: drag the picture', act: () => playing.toggle() },
    { keys: ['t', 'shift+t'], text: 'Timeline closer, farther', act: (name) => timeline.zoom(name === 't' ? 1.5 : 1 / 1.5) },
  ];
  const tool = [
    { keys: ['c'], text: 'Click', act: () => tools.take('click') },
    { keys: ['r'], text: 'Box', act: () => tools.take('box') },
    { keys: ['b'], text: 'Brush', act: () => tools.take('brush') },
    { keys: ['e'], text: 'Eraser', act: () => tools.take('eraser') },
    { keys: ['[', ']'], text: 'Smaller, larger brush (also Alt and the wheel)', act: (name) => tools.resizeBrush(name === '[' ? -1 : 1) },
    { keys: ['ctrl+z'], text: 'Undo', act: () => editing.undo() },
    { keys: ['ctrl+shift+z', 'ctrl+y'], text: 'Redo', act: () => editing.redo() },
  ];
  const withoutMouse = [
    { keys: ['w', 'a', 's', 'd'], text: 'Move a crosshair', act: cross(false) },
    { keys: ['shift+w', 'shift+a', 'shift+s', 'shift+d'], shown: ['shift+w', 'a', 's', 'd'], text: 'By one pixel', act: cross(true) },
    { keys: ['Enter'], text: 'Click there; box and brush: begin, then end', act: () => crosshair.press(false) },
    { keys: ['shift+Enter'], text: 'Not this; brush: erase', act: () => crosshair.press(true) },
  ];
  const object = [
    { keys: [...'123456789'], shown: ['1 – 9'], text: 'Choose an object', act: choose },
    { keys: ['shift+n'], text: 'Add an object', act: () => editing.addObject() },
    { keys: ['F2'], text: 'Name it', act: chosen((id) => objects.rename(id)) },
    { keys: ['h'], text: 'Hide it', act: chosen((id) => look.toggleHidden(id)) },
    { keys: ['shift+h'], text: 'Show only it', act: chosen((id) => look.toggleSolo(id)) },
    { keys: ['shift+Backspace', 'ctrl+Delete'], text: 'Remove it', act: chosen((id) => editing.removeObject(id)) },
  ];
  const said = [
    { keys: ['Delete', 'Backspace'], text: 'Take back what is given of the object here', act: () => here.takeBack() },
    { keys: ['shift+Delete'], text: 'Take back all that is given here', act: () => editing.takeBack() },
    { keys: ['x'], text: 'Out of sight: from here on, or in the range', act: () => here.absent() },
    { keys: ['shift+x'], text: 'In sight after all', act: () => here.present() },
    { keys: ['i', 'o'], text: 'A range begins, ends here', act: (name) => (name === 'i' ? look.setRangeFirst(look.frame) : look.setRangeLast(look.frame)) },
    { keys: ['shift+i'], text: 'No range', act: () => look.setRange(null) },
    { keys: ['l', 'shift+l'], text: 'Lock, unlock this frame or the range', act: (name) => (name === 'l' ? here.lock() : here.unlock()) },
    { keys: ['u'], text: 'Take the masks of a file', act: () => here.chooseFile() },
  ];
  const follow = [
    { keys: ['f'], text: 'Follow in both directions, or what changed', act: () => following.both() },
    { keys: ['shift+f', 'shift+r'], text: 'Forward, backward from here', act: (name) => (name === 'shift+f' ? following.forward() : following.backward()) },
    { keys: ['Escape'], text: 'Stop; let go of a stroke or a box', act: () => { crosshair.hide(); following.stop(); } },
  ];
  const view = [
    { keys: ['+', '='], shown: ['+'], text: 'Closer (also the wheel)', act: () => stage.zoom(1.25) },
    { keys: ['-'], text: 'Farther', act: () => stage.zoom(0.8) },
    { keys: ['0'], text: 'Fit', act: () => stage.fit() },
    { keys: ['ArrowUp', 'ArrowDown', 'alt+ArrowLeft', 'alt+ArrowRight'], shown: ['ArrowUp', 'ArrowDown', 'alt+ArrowLeft', 'ArrowRight'], text: 'Move the picture', act: (name) => stage.pan(...moves[name]) },
    { keys: ['m'], text: 'Masks on and off', act: () => look.toggleMasks() },
    { keys: ['?'], text: 'These keys', act: () => parts.help() },
  ];
  return [
    { title: 'Frames', keys: frames },
    { title: 'Tools', keys: tool },
    { title: 'Without a mouse', keys: withoutMouse },
    { title: 'Objects', keys: object },
    { title: 'What you say of frames', keys: said },
    { title: 'Follow', keys: follow },
    { title: 'View', keys: view },
  ];
}

const moves = {
  ArrowUp: [0, 60],
  ArrowDown: [0, -60],
  'alt+ArrowLeft': [60, 0],
  'alt+ArrowRight': [-60, 0],
};
