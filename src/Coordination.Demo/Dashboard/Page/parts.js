'use strict';
// Small parts: elements, times, text. Whatever comes from etcd becomes text, never markup.
const byId = id => document.getElementById(id);

function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== ''));
  return element;
}

const mono = text => el('span', { class: 'mono' }, String(text));
const soft = text => el('span', { class: 'soft' }, String(text));
const tag = (text, kind) => el('span', { class: `tag ${kind || text}` }, text);

function span(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ${Math.floor(s % 3600 / 60)} min`;
  return `${Math.floor(s / 86400)} d ${Math.floor(s % 86400 / 3600)} h`;
}

// How long ago, kept up to date by tick().
function ago(iso) {
  if (!iso) return soft('not said');
  const time = el('time', { datetime: iso, title: new Date(iso).toLocaleString(), class: 'num' });
  showAgo(time);
  return time;
}

function showAgo(time) { time.textContent = span((Date.now() - Date.parse(time.getAttribute('datetime'))) / 1000); }
function tick() { document.querySelectorAll('time[datetime]').forEach(showAgo); }

// Every word must be somewhere in what the row is about.
const filterWords = () => byId('filter').value.toLowerCase().split(/\s+/).filter(word => word);
function matches(...about) {
  const text = about.flat(4).filter(part => part !== null && part !== undefined).join(' ').toLowerCase();
  return filterWords().every(word => text.includes(word));
}

const mostRows = 300;

// A table; on a phone each row is a little card, and the labels stand before the values.
function table(columns, rows) {
  return [
    el('table', {},
      el('thead', {}, el('tr', {}, columns.map(column => el('th', { scope: 'col' }, column)))),
      el('tbody', {}, rows.slice(0, mostRows).map(row => el('tr', row.attributes, row.cells.map((cell, i) =>
        el('td', { 'data-label': columns[i], class: cell === '' ? 'empty-cell' : null }, cell)))))),
    rows.length > mostRows ? el('p', { class: 'more' }, `${rows.length - mostRows} more: use the filter.`) : null,
  ];
}

function section(id, title, count, ...content) {
  return el('section', { id, 'aria-label': title }, el('h2', {}, title, ' ', el('small', {}, count)), content);
}

const counted = (shown, all) => shown === all ? String(all) : `${shown} of ${all}`;
