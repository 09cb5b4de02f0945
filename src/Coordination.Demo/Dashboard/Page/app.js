// What holds it together: the stream of events, the address, the keyboard.
let state = null;
const history_ = new Map();
const mostHistory = 500;
const longestSilence = 20000;
let heard = false;
let heardAt = 0;
const noAnswer = 'the dashboard does not answer; trying again';
let silence = noAnswer;
let events = null;
let placed = false;

// A name in an address that somebody typed may be no right one.
function decoded(text) { try { return decodeURIComponent(text); } catch { return text; } }

// Whoever has selected text wants to copy it: the page waits until he has.
function isSelecting() {
  const selection = getSelection();
  return !selection.isCollapsed && byId('main').contains(selection.anchorNode);
}

function draw() {
  if (!state) return;
  drawPill();
  if (isSelecting()) return;
  const focused = document.activeElement && document.activeElement.dataset.focus;
  const [, kind, name] = /^#\/(lock|election)\/(.*)$/.exec(location.hash) || [];
  const view = kind === 'lock' ? lockPage(state, decoded(name), history_) : kind === 'election' ? electionPage(state, decoded(name), history_) : overviewView(state);
  byId('filter').hidden = Boolean(kind);
  byId('main').replaceChildren(...view.flat(Infinity).filter(part => part));
  byId('main').classList.toggle('stale', !heard || !state.etcd.isConnected);
  byId('nav').replaceChildren(...(kind ? [el('a', { href: '#/' }, '← all')] : sections().map(([id, title, count], i) =>
    el('a', { href: `#${id}`, class: id === 'problems' ? 'alarm' : null, accesskey: String(i + 1) }, el('b', {}, String(count)), ` ${title}`))));
  if (focused) {
    const again = document.querySelector(`[data-focus="${CSS.escape(focused)}"]`);
    if (again) again.focus({ preventScroll: true });
  }
  if (!placed) { placed = true; place(); }
  document.body.dataset.revision = state.etcd.revision;
}

function sections() {
  const all = ['locks', 'elections', 'services', 'sessions'].map(id => [id, state[id].length === 1 ? id.slice(0, -1) : id, state[id].length]);
  return state.problems.length ? [['problems', 'to look at', state.problems.length], ...all] : all;
}

function drawPill() {
  const pill = byId('etcd');
  const live = heard && state && state.etcd.isConnected;
  pill.className = `pill ${live ? 'live' : 'away'}`;
  const text = !heard ? silence : live ? isSelecting() ? 'waits while text is selected' : `live · revision ${state.etcd.revision}` : !state.etcd.revision ? 'etcd has not answered yet' : `etcd is away${state.etcd.staleSince ? `; as of ${new Date(state.etcd.staleSince).toLocaleTimeString()}` : ''}`;
  if (pill.textContent !== text) pill.textContent = text;
  pill.title = state ? state.etcd.endpoints + (state.etcd.error ? `: ${state.etcd.error}` : '') : '';
}

function listen() {
  events = new EventSource('events');
  events.addEventListener('overview', message => { heard = true; heardAt = Date.now(); state = JSON.parse(message.data); draw(); });
  // What happened before comes once with each connection.
  events.addEventListener('past', message => { history_.clear(); note(message); });
  events.addEventListener('history', note);
  events.onerror = () => {
    if (heard) hush(noAnswer);

    // As long as the stream is not closed, the browser connects again by itself.
    if (events.readyState === EventSource.CLOSED) {
      fetch('state', { method: 'HEAD' }).then(answer => hush(answer.status === 401 ? 'the token is no longer right: open the page with /?token=… again' : noAnswer), () => hush(noAnswer));
      setTimeout(listen, 3000);
    }
  };
}

function note(message) {
  for (const entry of JSON.parse(message.data)) {
    const list = history_.get(entry.subject) || [];
    list.push(entry);
    if (list.length > mostHistory) list.shift();
    history_.set(entry.subject, list);
  }
  if (/^#\/(lock|election)\//.test(location.hash)) draw();
}

function hush(why) {
  heard = false;
  silence = why;
  byId('main').classList.add('stale');
  drawPill();
}

// Something comes every few seconds. A dashboard that is stopped, or a way to it that is gone, is noticed by that nothing does.
function listenAnew() {
  if (!heard || Date.now() - heardAt < longestSilence) return;
  events.close();
  hush(noAnswer);
  listen();
}

// The filter is in the address, so that it stays and can be passed on.
function keepFilter() {
  const words = byId('filter').value;
  history.replaceState(null, '', (words ? `?filter=${encodeURIComponent(words)}` : location.pathname) + location.hash);
  draw();
}

function move(step) {
  const links = [...document.querySelectorAll('main [data-focus]')];
  const at = links.indexOf(document.activeElement);
  const next = links[Math.min(links.length - 1, Math.max(0, at + (at < 0 && step < 0 ? 0 : step)))];
  if (next) { next.focus(); next.scrollIntoView({ block: 'nearest' }); }
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  try { localStorage.setItem('theme', theme); } catch { /* a browser that stores nothing asks the system each time */ }
}

function firstTheme() {
  try { if (localStorage.getItem('theme')) return localStorage.getItem('theme'); } catch { /* as above */ }
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

document.documentElement.dataset.theme = firstTheme();
const switchTheme = () => setTheme(document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark');
byId('theme').addEventListener('click', switchTheme);
byId('filter').value = new URLSearchParams(location.search).get('filter') || '';
byId('filter').addEventListener('input', keepFilter);

// To the section that the address names; otherwise to the top.
function place() {
  const [, id] = /^#(\w+)$/.exec(location.hash) || [];
  if (id && byId(id)) byId(id).scrollIntoView();
  else if (location.hash !== '') { scrollTo(0, 0); byId('main').focus({ preventScroll: true }); }
}

addEventListener('hashchange', () => { getSelection().removeAllRanges(); draw(); place(); });
document.addEventListener('selectionchange', () => { if (!isSelecting()) draw(); });
addEventListener('keydown', key => {
  if (key.ctrlKey || key.metaKey || key.altKey) return;
  if (key.target === byId('filter')) {
    if (key.key === 'Escape') { byId('filter').value = ''; byId('filter').blur(); keepFilter(); }
    if (key.key === 'ArrowDown' || key.key === 'Enter') { key.preventDefault(); byId('filter').blur(); move(1); }
    return;
  }
  const digit = state && /^[1-5]$/.test(key.key) && sections()[Number(key.key) - 1];
  if (key.key === '/') { key.preventDefault(); byId('filter').focus(); byId('filter').select(); }
  else if (key.key === 'j' || key.key === 'ArrowDown' && document.activeElement.dataset.focus) { key.preventDefault(); move(1); }
  else if (key.key === 'k' || key.key === 'ArrowUp' && document.activeElement.dataset.focus) { key.preventDefault(); move(-1); }
  else if (key.key === 'Escape') location.hash = '#/';
  else if (key.key === 't') switchTheme();
  else if (digit) location.hash = `#${digit[0]}`;
});
setInterval(() => { tick(); listenAnew(); }, 1000);
listen();
