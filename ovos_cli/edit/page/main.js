import { Api, Refused, Unreachable, takeToken } from './api.js';
import { Clicking } from './clicking.js';
import { Connection } from './connection.js';
import { Crosshair } from './crosshair.js';
import { Editing } from './editing.js';
import { Following } from './following.js';
import { Hand } from './hand.js';
import { Here } from './here.js';
import { History } from './history.js';
import { keyTable } from './key_table.js';
import { Keys } from './keys.js';
import { Look } from './look.js';
import { Messages } from './messages.js';
import { Objects } from './objects.js';
import { keepPlace, placeBefore } from './place.js';
import { Playing } from './playing.js';
import { Proposals } from './proposals.js';
import { Saving } from './saving.js';
import { Shot } from './shot.js';
import { Shown } from './shown.js';
import { Stage } from './stage.js';
import { Timeline } from './timeline.js';
import { Toolbox } from './toolbox.js';
import { Transport } from './transport.js';

/** Makes the parts of the page and tells them of each other. */

const BLINK_MS = 150;
const SOON_MS = 100; // news that come together are one
const FOLLOWING_MS = 700; // and while each frame brings some,
const BUSY = 8; // asking takes an eighth of the time at most
const messages = new Messages();

async function begin() {
  const token = takeToken();
  const api = new Api(token);
  const shot = new Shot(api);
  await shot.loadInfo();
  document.getElementById('shot-name').textContent = shot.info.name;
  document.title = `${shot.info.name} · ovos edit`;

  const connection = new Connection(api);
  const place = placeBefore(token);
  const look = new Look(Math.max(shot.first, place?.frame ?? shot.info.link_frame ?? shot.first));
  const shown = new Shown(api, shot.size);
  const saving = new Saving(connection);
  const history = new History();
  const editing = new Editing({ api, shot, look, shown, saving, history });
  const clicking = new Clicking({ api, shot, look, shown, editing });
  const proposals = new Proposals({ api, shown });
  const canvas = document.getElementById('canvas');
  const stage = new Stage(canvas, { shot, look, shown, clicking });
  const tools = new Toolbox({ canvas, stage, clicking, proposals, editing, shown, look });
  const ready = () => {
    if (shown.frame !== look.frame) messages.say(`Frame ${look.frame} is not here yet.`);
    return shown.frame === look.frame;
  };
  const hand = new Hand(canvas, { stage, tools, ready });
  const crosshair = new Crosshair({ stage, tools, ready });
  const timeline = new Timeline(document.getElementById('timeline'), { shot, look });
  const playing = new Playing({ shot, look, shown });
  const transport = new Transport({ shot, look, playing, timeline, messages });
  const following = new Following({ api, shot, look, saving, messages });
  const objects = new Objects({ shot, look, editing });
  const here = new Here({ shot, look, shown, editing });
  const moving = { crosshair, transport, timeline, playing };
  const help = () => keys.toggleHelp();
  const acts = { look, shot, stage, tools, editing, following, objects, here, help, ...moving };
  const keys = new Keys(keyTable(acts), { hand, tools });

  const answering = { clicking, proposals, editing };
  listen({ shot, look, shown, saving, connection, playing, crosshair, timeline, ...answering });
  showButtons({ look, stage, editing, history, saving });
  showWaiting({ look, shown, clicking, proposals });
  window.addEventListener('pagehide', () => keepPlace(token, look));
  const chosen = shot.object(place?.object) ?? shot.objects[0];
  if (chosen) look.choose(chosen.id);
  await connection.open(); // what is told after it is loaded is heard
  await Promise.all([reading(() => shot.load()), shown.show(look.frame)]);
  document.documentElement.dataset.ready = true; // for whoever waits for the page
}

/** Asks for what may be refused, which is told. */
function reading(act) {
  return act().catch((error) => messages.trouble(error));
}

/** What follows from what. */
function listen(parts) {
  const { shot, look, shown, saving, connection, playing, crosshair, timeline } = parts;
  const { clicking, proposals, editing } = parts;
  for (const part of [clicking, proposals, editing]) part.on('trouble', (error) => messages.trouble(error));
  for (const part of [clicking, editing]) part.on('say', (text) => messages.say(text));

  let scrubbing = false;
  look.on('frame', () => {
    crosshair.release();
    if (!playing.running) shown.show(look.frame, { quick: scrubbing });
  });
  timeline.on('scrub', ({ frame, done }) => {
    playing.stop();
    scrubbing = !done;
    look.toFrame(frame);
    if (done) shown.show(look.frame);
  });
  timeline.on('choose', (ident) => look.choose(ident));
  timeline.on('range', (range) => look.setRange(range));
  shot.on('info', () => {
    if (look.object !== null && !shot.object(look.object)) look.choose(shot.objects[0]?.id ?? null);
  });

  // What the page has changed itself is asked for when all of it is written.
  const soon = (act) => {
    let timer = null;
    let due = Infinity;
    let took = 0;
    const now = async () => {
      due = Infinity; // what is told from now on is asked for again
      const begun = performance.now();
      await reading(act);
      took = performance.now() - begun;
    };
    const pause = () => (shot.following ? Math.max(FOLLOWING_MS, BUSY * took) : SOON_MS);
    return () => {
      const at = performance.now() + pause();
      if (at >= due) return;
      clearTimeout(timer); // nothing is followed any more: it is asked for sooner
      due = at;
      timer = setTimeout(now, at - performance.now());
    };
  };
  const loadTimeline = soon(async () => {
    await shot.loadTimeline();
    if (shot.readOnly) shown.renew(); // somebody else may have changed any of them
  });
  connection.on('timeline', loadTimeline);
  connection.on('shot', soon(() => shot.loadInfo()));
  connection.on('following', (state) => shot.takeFollowing(state));
  connection.on('frame', async ({ frame }) => {
    loadTimeline();
    await saving.idle();
    shown.renew(frame);
  });
  connection.on('lost', () => {
    const kept = 'What you draw meanwhile is kept here.';
    messages.banner(`The connection to ovos is lost. Trying again … ${kept}`, 'trouble');
  });
  connection.on('found', async () => {
    messages.say('Connected again.');
    await reading(() => shot.load());
    await saving.idle(); // else what is drawn now would be drawn on what was there before
    shown.renew();
  });
  connection.on('ended', () => {
    const unsaved = saving.pending ? ' What was changed here since is not saved.' : '';
    const where = 'Open the address that it has printed.';
    messages.banner(`ovos was started anew. ${where}${unsaved}`, 'trouble');
  });
  const mayWrite = () => messages.banner(shot.readOnly && `Read only: ${shot.readOnly}`);
  shot.on('info', mayWrite);
  mayWrite();

  const warned = new Set();
  const warn = () => {
    for (const warning of shot.info.warnings) if (!warned.has(warning)) messages.say(warning);
    shot.info.warnings.forEach((warning) => warned.add(warning));
  };
  shot.on('info', warn);
  warn();
}

/** What is waited for, once it takes longer than a blink. */
function showWaiting({ look, shown, clicking, proposals }) {
  const busy = document.getElementById('busy');
  let timer = null;
  const update = () => {
    const loading = shown.frame !== look.frame;
    document.documentElement.dataset.frame = loading ? '' : shown.frame; // for whoever waits for it
    if (!loading && !clicking.waiting && !proposals.waiting) {
      clearTimeout(timer);
      timer = null;
      busy.hidden = true;
      return;
    }
    const why = shown.failed?.frame === look.frame ? `: ${shown.failed.error.message}` : ' …';
    busy.textContent = loading ? `Frame ${look.frame}${why}` : 'Looking …';
    timer ??= setTimeout(() => (busy.hidden = false), BLINK_MS);
  };
  look.on('frame', update);
  shown.on('change', update);
  for (const part of [clicking, proposals]) part.on('change', update);
}

function showButtons({ look, stage, editing, history, saving }) {
  const part = (id) => document.getElementById(id);
  part('undo').addEventListener('click', () => editing.undo());
  part('redo').addEventListener('click', () => editing.redo());
  part('fit').addEventListener('click', () => stage.fit());
  part('masks').addEventListener('click', () => look.toggleMasks());
  part('opacity').addEventListener('input', ({ target }) => look.setOpacity(target.value / 100));
  const steps = () => {
    part('undo').disabled = !history.next.undo;
    part('redo').disabled = !history.next.redo;
  };
  const masks = () => {
    part('masks').setAttribute('aria-pressed', look.masks);
    part('opacity').value = Math.round(100 * look.opacity);
  };
  history.on('change', steps);
  look.on('shown', masks);
  stage.on('view', () => {
    part('zoom').textContent = `${Math.round(100 * stage.view.scale)}\u202f%`;
  });
  saving.on('change', () => {
    part('saved').textContent = saving.pending ? 'Saving …' : 'All is saved';
  });
  // A button that was clicked must not take the keys: Space would press it again.
  document.addEventListener('mousedown', (event) => {
    if (!event.target.closest('button')) return;
    event.preventDefault();
    document.activeElement.blur();
  });
  window.addEventListener('beforeunload', (event) => {
    if (saving.pending) event.preventDefault();
  });
  steps();
  masks();
}

begin().catch((error) => {
  if (!(error instanceof Refused || error instanceof Unreachable)) console.error(error);
  const wrong = error instanceof Refused && error.status === 403;
  const why = wrong ? 'This address has no valid token. Open the one that `ovos edit` has printed.' : error.message;
  messages.banner(why, 'trouble');
});
