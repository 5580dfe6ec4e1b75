/**
 * Draws the rooms and what they import, as dependency-cruiser sees it: `npm run graph` writes `docs/rooms.svg`.
 * An arrow that others imply is left out, so a drawing shows the order and not every import.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What each room imports directly. */
export type Imports = ReadonlyMap<string, ReadonlySet<string>>;

interface Cruised {
  readonly modules: readonly {
    readonly source: string;
    readonly dependencies: readonly { readonly resolved: string }[];
  }[];
}

/** The drawing of the rooms as they are. */
export function drawing(): string {
  const depcruise = join(ROOT, 'node_modules', '.bin', 'depcruise');
  const args = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', '.'];
  const { stdout } = spawnSync(depcruise, args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 28 });
  return drawn(importsOf(JSON.parse(stdout) as Cruised));
}

const NOT_ROOMS = ['selftest', 'bench', 'node_modules'];

function roomOf(path: string): string | null {
  const [room = '', file] = path.split('/');
  return file === undefined || NOT_ROOMS.includes(room) || !existsSync(join(ROOT, room)) ? null : room;
}

function importsOf({ modules }: Cruised): Imports {
  const all = new Map<string, Set<string>>();
  for (const { source, dependencies } of modules) {
    const room = roomOf(source);
    if (room === null) continue;
    const found = all.get(room) ?? new Set<string>();
    all.set(room, found);
    for (const { resolved } of dependencies) {
      const other = roomOf(resolved);
      if (other !== null && other !== room) found.add(other);
    }
  }
  // In one order, so that the drawing changes only where the rooms do.
  return new Map([...all].sort(byName).map(([room, others]) => [room, new Set([...others].sort())]));
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a.localeCompare(b);
}

const BOX = { width: 96, height: 30, gapX: 24, gapY: 44, margin: 12 };

interface Place {
  readonly x: number;
  readonly y: number;
}

/** A room in its row, or the bend of an arrow that passes the row on its way down. */
interface Item {
  readonly key: string;
  readonly width: number;
  /** What it hangs on in the rows above. */
  readonly from: readonly string[];
}

/** The drawing: who imports nothing stands at the bottom, everybody else above all that it imports. */
export function drawn(imports: Imports): string {
  const arrows = arrowsOf(imports);
  const rows = rowsOf(imports, arrows);
  const places = placesOf(rows);
  const all = [...places.values()];
  const width = Math.ceil(Math.max(...all.map(({ x }) => x)) + BOX.width / 2 + BOX.margin);
  const height = Math.max(...all.map(({ y }) => y)) + BOX.height + BOX.margin;
  const at = (key: string): Place => places.get(key) ?? { x: 0, y: 0 };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">`,
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="#57606a"/></marker></defs>',
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...arrows.map(({ from, to, bends }) => curve([from, ...bends, to].map(at))),
    ...[...imports.keys()].map((room) => box(room, at(room))),
    '</svg>',
    '',
  ].join('\n');
}

interface Arrow {
  readonly from: string;
  readonly to: string;
  /** The keys of its bends, one in each row between. */
  readonly bends: readonly string[];
}

function arrowsOf(imports: Imports): readonly Arrow[] {
  return [...imports].flatMap(([from, others]) =>
    [...others]
      .filter((to) => !isImplied(imports, from, to))
      .map((to) => {
        const rows = levelOf(imports, from) - levelOf(imports, to) - 1;
        return { from, to, bends: Array.from({ length: rows }, (_, i) => `${from} ${to} ${i}`) };
      }),
  );
}

/** The rows from the top, each with the rooms of its level and the bends of the arrows that pass it. */
function rowsOf(imports: Imports, arrows: readonly Arrow[]): readonly (readonly Item[])[] {
  const levels = [...imports.keys()].map((room) => levelOf(imports, room));
  const highest = Math.max(...levels);
  return Array.from({ length: highest + 1 }, (_, row) => {
    const rooms = [...imports.keys()].filter((room) => levelOf(imports, room) === highest - row);
    const bends = arrows.flatMap(({ from, bends: keys }) => {
      const i = row - (highest - levelOf(imports, from)) - 1;
      const key = keys[i];
      return key === undefined ? [] : [{ key, width: 0, from: [keys[i - 1] ?? from] }];
    });
    const items = rooms.map((key) => ({ key, width: BOX.width, from: above(arrows, key) }));
    return [...items, ...bends];
  });
}

function above(arrows: readonly Arrow[], room: string): readonly string[] {
  return arrows.filter(({ to }) => to === room).map(({ from, bends }) => bends.at(-1) ?? from);
}

/** The middle of each item's upper edge. Each stands near the middle of those that it hangs on. */
function placesOf(rows: readonly (readonly Item[])[]): ReadonlyMap<string, Place> {
  const widthOf = (row: readonly Item[]): number =>
    row.reduce((sum, { width }) => sum + width + BOX.gapX, -BOX.gapX);
  const widest = Math.max(...rows.map(widthOf));
  const places = new Map<string, Place>();
  for (const [i, row] of rows.entries()) {
    const wish = ({ from }: Item): number => {
      const xs = from.flatMap((key) => places.get(key)?.x ?? []);
      return xs.length === 0 ? 0 : xs.reduce((a, b) => a + b, 0) / xs.length;
    };
    let x = BOX.margin + (widest - widthOf(row)) / 2;
    for (const { key, width } of row.toSorted((a, b) => wish(a) - wish(b) || a.key.localeCompare(b.key))) {
      places.set(key, { x: x + width / 2, y: BOX.margin + i * (BOX.height + BOX.gapY) });
      x += width + BOX.gapX;
    }
  }
  return places;
}

function levelOf(imports: Imports, room: string): number {
  return Math.max(-1, ...[...(imports.get(room) ?? [])].map((other) => levelOf(imports, other))) + 1;
}

/** True when a room reaches another also by way of a third. */
function isImplied(imports: Imports, room: string, other: string): boolean {
  return [...(imports.get(room) ?? [])].some((third) => third !== other && reaches(imports, third, other));
}

function reaches(imports: Imports, room: string, other: string): boolean {
  const own = imports.get(room) ?? new Set<string>();
  return own.has(other) || [...own].some((third) => reaches(imports, third, other));
}

/** A line down from the lower edge of the first place, past the rows between, to the upper edge of the last. */
function curve(places: readonly Place[]): string {
  const path = places.slice(1).map(({ x, y }, i) => {
    const { x: fromX, y: top } = places[i] ?? { x, y };
    const fromY = top + BOX.height;
    const bend = (y - fromY) / 2;
    const past = i + 2 < places.length ? `V${y + BOX.height}` : '';
    return `${i === 0 ? `M${fromX} ${fromY}` : ''}C${fromX} ${fromY + bend} ${x} ${y - bend} ${x} ${y}${past}`;
  });
  return `<path d="${path.join('')}" fill="none" stroke="#57606a" marker-end="url(#tip)"/>`;
}

function box(room: string, { x, y }: Place): string {
  const text = `<text x="${x}" y="${y + 20}" text-anchor="middle" fill="#1f2328">${room}</text>`;
  return `<rect x="${x - BOX.width / 2}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="6" fill="#f6f8fa" stroke="#57606a"/>${text}`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  writeFileSync(join(ROOT, 'docs', 'rooms.svg'), drawing());
