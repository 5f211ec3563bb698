// SPDX-License-Identifier: GPL-3.0-or-later
// Runs inside a report that a browser has opened, and tells its frame what it found: lines "ok WHAT" or "not ok WHAT: WHERE".
'use strict';
const faults = [];
addEventListener('error', event => faults.push(event.message));

function all(selector) { return [...document.querySelectorAll(selector)]; }
function words(element) { return element.textContent.trim().replace(/\s+/g, ' ').slice(0, 60); }

// Is the whole element inside the first screen, without scrolling?
function onFirstScreen(element) {
  const box = element && element.getBoundingClientRect();
  return box && box.height > 0 && box.bottom <= innerHeight && box.right <= innerWidth + 1;
}

const checks = {
  'scripts run without an error': () => faults,
  'the page does not scroll sideways': () =>
    document.documentElement.scrollWidth <= innerWidth ? [] : [`${document.documentElement.scrollWidth} of ${innerWidth} pixels`],
  'the verdict is on the first screen': () => {
    const title = document.getElementById('verdict'), section = title && title.closest('details');
    const seen = section ? [title, section.querySelector('p'), ...section.querySelectorAll('li')] : [null];
    if (innerWidth > 1000 && section)
      seen.push(...section.querySelectorAll('.fact'), section.querySelector('table'));
    return seen.filter(e => !onFirstScreen(e)).map(e => e ? words(e) : 'no verdict');
  },
  'the way to the sections is on the first screen': () =>
    onFirstScreen(document.querySelector('nav') && document.querySelector('nav').closest('details').querySelector('summary')) ? [] : ['nav'],
  'every image is there': () => all('img').filter(i => !(i.complete && i.naturalWidth > 0)).map(i => i.alt.slice(0, 60)),
  'every image has a text of its own': () => {
    const texts = all('img').map(i => i.alt);
    return texts.filter((t, i) => t === '' || texts.indexOf(t) !== i);
  },
  'no two elements have one id': () => {
    const ids = all('[id]').map(e => e.id);
    return ids.filter((id, i) => ids.indexOf(id) !== i);
  },
  'every link inside the page leads somewhere': () =>
    all('a[href^="#"]').filter(a => !document.getElementById(a.getAttribute('href').slice(1))).map(a => a.getAttribute('href')),
  'no address of another machine': () => all('[src],[href]').map(e => e.getAttribute('src') || e.getAttribute('href'))
    .filter(a => /^(https?:)?\/\//.test(a)),
  'every wide table can be reached by the keyboard': () =>
    all('table').filter(t => t.closest('.scroll') === null || t.closest('.scroll').tabIndex !== 0).map(words),
  'a table sorts and filters': () => {
    const table = document.querySelector('table.sorted'), rows = () => [...table.tBodies[0].rows].filter(r => !r.hidden).length;
    if (!table) return ['no table of claims'];
    const before = rows(), first = table.tBodies[0].rows[0], button = table.querySelector('th button');
    button.click();
    button.click();
    const turned = table.tBodies[0].rows[0] !== first, select = table.closest('.scroll').previousElementSibling.querySelector('select');
    select.selectedIndex = 1;
    select.dispatchEvent(new Event('change'));
    const after = rows();
    select.selectedIndex = 0;
    select.dispatchEvent(new Event('change'));
    return turned && after > 0 && after < before && rows() === before ? [] : [`${before} rows, filtered ${after}`];
  },
  'a link into a fold opens it': () => {
    const target = document.querySelector('td[id]');
    if (!target) return ['no cell with a name'];
    all('details').forEach(d => { d.open = false; });
    location.hash = '#' + target.id;
    dispatchEvent(new Event('hashchange'));
    return target.getBoundingClientRect().height > 0 ? [] : [target.id];
  },
  'all folds open for printing': () => {
    dispatchEvent(new Event('beforeprint'));
    return all('details').filter(d => !d.open).map(words);
  },
};

// The page as it is printed, on paper as wide as the window: nothing scrolls there, so all must fit.
const printed = {
  'nothing is wider than the paper': () => {
    dispatchEvent(new Event('beforeprint'));
    return all('table, pre, figure, p').filter(e => e.getBoundingClientRect().right > innerWidth + 1 || e.scrollWidth > e.clientWidth + 1).map(words);
  },
  'all folds are open': () => all('details').filter(d => !d.open).map(words),
  'no figure is higher than the paper': () => all('img').filter(i => i.getBoundingClientRect().height > innerHeight).map(i => i.alt.slice(0, 60)),
};

async function axeFaults() {
  if (typeof axe === 'undefined') return null;
  const found = await axe.run(document, {resultTypes: ['violations']});
  return found.violations.filter(v => v.impact === 'serious' || v.impact === 'critical')
    .map(v => `${v.id} (${v.nodes.length}): ${v.nodes[0].html.slice(0, 80)}`);
}

addEventListener('load', async () => {
  const lines = [];
  const say = (what, wrong) => lines.push(wrong.length === 0 ? `ok ${what}` : `not ok ${what}: ${wrong.length}: ${wrong.slice(0, 3).join('; ')}`);
  for (const [what, check] of Object.entries(window.onPaper ? printed : checks)) {
    try { say(what, check()); } catch (error) { say(what, [error.message]); }
  }
  const wrong = window.onPaper ? null : await axeFaults();
  if (wrong !== null) say('axe-core finds nothing serious', wrong);
  parent.postMessage(lines.join('\n'), '*');
});
