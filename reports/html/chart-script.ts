/**
 * The part of the script that serves charts: a larger view, and the values under the pointer. The values are read from
 * the table behind the chart, whose rows say where they stand in the drawing (`data-x`, `data-y`), once a pointer comes.
 */
export const CHART_SCRIPT = `
  for (const button of all('button[data-enlarges]')) {
    button.hidden = false;
    button.addEventListener('click', () => {
      const large = document.getElementById(button.dataset.enlarges).classList.toggle('large');
      button.textContent = large ? 'Shrink' : 'Enlarge';
      button.setAttribute('aria-pressed', String(large));
    });
  }

  const tip = document.createElement('div');
  tip.id = 'tip';
  tip.hidden = true;
  tip.setAttribute('aria-hidden', 'true');
  document.body.append(tip);
  const svgNames = 'http://www.w3.org/2000/svg';
  const words = (row, heads) => [...row.cells].map((cell, at) => {
    const text = [...cell.childNodes].map((node) => node.textContent).join(' ').replace(/\\s+/g, ' ').trim();
    if (text === '' || text === '\u2014') return '';
    return at === 0 ? heads[0] + ' ' + text : heads[at] + ': ' + text;
  }).filter((text) => text !== '');
  const follow = (svg) => {
    const figure = svg.closest('figure');
    const axis = figure.querySelector('tr[data-x]') === null ? 'y' : 'x';
    const rows = all('tr[data-' + axis + ']', figure).map((row) => [Number(row.dataset[axis]), row]);
    if (rows.length === 0) return;
    const heads = all('thead th', rows[0][1].closest('table')).map((head) => head.textContent);
    const view = svg.viewBox.baseVal;
    const line = document.createElementNS(svgNames, 'path');
    for (const [key, value] of [['stroke', 'currentColor'], ['stroke-dasharray', '1 3'], ['fill', 'none']]) line.setAttribute(key, value);
    const leave = () => { tip.hidden = true; line.remove(); };
    svg.addEventListener('pointerleave', leave);
    svg.addEventListener('pointermove', (event) => {
      const box = svg.getBoundingClientRect();
      const at = axis === 'x' ? (event.clientX - box.left) / box.width * view.width : (event.clientY - box.top) / box.height * view.height;
      const [place, row] = rows.reduce((a, b) => Math.abs(a[0] - at) <= Math.abs(b[0] - at) ? a : b);
      line.setAttribute('d', axis === 'x' ? 'M' + place + ',24V' + (view.height - 48) : 'M8,' + place + 'H' + (view.width - 16));
      svg.append(line);
      tip.replaceChildren(...words(row, heads).map((text, nth) => {
        const one = document.createElement(nth === 0 ? 'strong' : 'span');
        one.textContent = text;
        return one;
      }));
      tip.hidden = false;
      const right = event.clientX + 16 + tip.offsetWidth < innerWidth;
      tip.style.left = (right ? event.clientX + 16 : Math.max(4, event.clientX - 16 - tip.offsetWidth)) + 'px';
      tip.style.top = Math.max(4, Math.min(event.clientY + 12, innerHeight - tip.offsetHeight - 8)) + 'px';
    });
  };
  for (const svg of all('figure svg.chart')) svg.addEventListener('pointerenter', () => follow(svg), { once: true });
`;
