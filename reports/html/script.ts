import { CHART_SCRIPT } from './chart-script.ts';

/**
 * The script of the page. It only adds comfort: copying, the choice of a scheme, local time, opening the details that a
 * link leads to, a filter, and the values of a chart under the pointer. The page is complete without it.
 */
export const SCRIPT = `
(() => {
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const stored = (set) => {
    try {
      if (set !== undefined) localStorage.setItem('theme', set);
      return localStorage.getItem('theme');
    } catch { return null; }
  };
  const dark = () => root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  const theme = document.getElementById('theme');
  const name = () => { theme.textContent = dark() ? 'Light scheme' : 'Dark scheme'; };
  const saved = stored();
  if (saved === 'dark' || saved === 'light') root.dataset.theme = saved;
  name();
  theme.hidden = false;
  theme.addEventListener('click', () => { root.dataset.theme = dark() ? 'light' : 'dark'; stored(root.dataset.theme); name(); });

  const select = (code) => {
    const range = document.createRange();
    range.selectNodeContents(code);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  };
  const copy = async (code) => {
    try { await navigator.clipboard.writeText(code.textContent); return true; } catch { select(code); }
    try { return document.execCommand('copy'); } catch { return false; }
  };
  const status = document.getElementById('status');
  for (const button of all('button[data-copies]')) {
    const label = button.textContent;
    button.hidden = false;
    button.addEventListener('click', async () => {
      const done = await copy(document.getElementById(button.dataset.copies));
      button.textContent = done ? 'Copied' : 'Selected: copy it with the keyboard';
      status.textContent = button.textContent;
      setTimeout(() => { button.textContent = label; }, 2000);
    });
  }

  const showMarks = (within) => {
    const marks = all('pre mark', within).filter((mark) => mark.closest('details:not([open])') === null);
    const tops = marks.map((mark) => [mark.closest('pre'), mark.offsetTop]).map(([box, top]) => [box, Math.max(0, top - box.clientHeight / 2)]);
    for (const [box, top] of tops) box.scrollTop = top;
  };
  showMarks(document);
  document.addEventListener('toggle', (event) => { if (event.target.open) showMarks(event.target); }, true);

  document.addEventListener('pointerover', ({ target }) => {
    const time = target.closest?.('time:not([title])');
    const at = new Date(time?.dateTime);
    if (!Number.isNaN(at.getTime())) time.title = 'Here: ' + at.toLocaleString();
  });

  const filter = document.getElementById('filter');
  if (filter !== null) {
    let causes = null;
    filter.closest('[hidden]').hidden = false;
    filter.addEventListener('input', () => {
      const textIn = (ones) => ones.map((one) => one.textContent).join(' ').toLowerCase();
      causes ??= all('.cause').map((card) => [card, textIn([card.querySelector('summary'), ...all('.line code, .keys dd', card)]), textIn(all('li', card))]);
      const wanted = filter.value.toLowerCase().split(/\\s+/);
      let shown = 0;
      for (const [card, own, cases] of causes) {
        card.hidden = !wanted.every((word) => own.includes(word) || (word.includes('/') && cases.includes(word)));
        if (!card.hidden) shown += 1;
        const group = card.closest('.group');
        if (filter.value !== '' && !card.hidden && group !== null) group.open = true;
      }
      document.getElementById('filtered').textContent = filter.value === '' ? '' : shown + ' of ' + causes.length + ' causes';
    });
  }

  const open = () => {
    let id = '';
    try { id = decodeURIComponent(location.hash.slice(1)); } catch { return; }
    const aim = id === '' ? null : document.getElementById(id);
    if (aim === null) return;
    for (let box = aim; box !== null; box = box.parentElement) {
      if (box.tagName === 'DETAILS') box.open = true;
      if (box === aim && box.firstElementChild?.tagName === 'DETAILS') box.firstElementChild.open = true;
      if (box.classList.contains('cause')) box.hidden = false;
    }
    aim.scrollIntoView();
  };
  addEventListener('hashchange', open);
  addEventListener('click', ({ target }) => { if (target.closest?.('a[href]')?.hash === location.hash) open(); });
  open();
${CHART_SCRIPT}})();
`;
