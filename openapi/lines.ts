import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type Pair } from 'yaml';

/** On which line of the description a JSON pointer leads (one that begins with no part of the document begins at the operation); where it ends early, the last known place. */
export type LineOf = (pointer: string) => number;

/** Reads where each part of a description stands in its text. */
export function linesOf(text: string): LineOf {
  const lines = new LineCounter();
  const { contents } = parseDocument(text, { lineCounter: lines });
  const operation = operationSteps(contents);
  return (pointer) => {
    const steps = pointer
      .replace(/^#?\/?/, '')
      .split('/')
      .filter((step) => step !== '')
      .map(unescaped);
    const isAbsolute = steps[0] !== undefined && childOf(contents, steps[0]) !== null;
    return lines.linePos(offsetOf(contents, isAbsolute ? steps : [...operation, ...steps])).line;
  };
}

/** The way to the one operation: a rule's pointer begins there. */
function operationSteps(contents: unknown): readonly string[] {
  const paths = childOf(contents, 'paths')?.[1];
  const path = firstKey(paths);
  const method = path === null ? null : firstKey(childOf(paths, path)?.[1]);
  return path === null ? [] : ['paths', path, ...(method === null ? [] : [method])];
}

function firstKey(node: unknown): string | null {
  const key = isMap(node) ? node.items[0]?.key : undefined;
  return isScalar(key) ? String(key.value) : null;
}

function unescaped(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}

function offsetOf(root: unknown, steps: readonly string[]): number {
  let node = root;
  let offset = 0;
  for (const step of steps) {
    const next = childOf(node, step);
    if (next === null) break;
    [offset, node] = next;
  }
  return offset;
}

/** Where a child stands, and the child itself; in a list it is named by its index, or by its `id`. */
function childOf(node: unknown, step: string): readonly [offset: number, child: unknown] | null {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === step);
    return pair === undefined ? null : [startOf(pair), pair.value];
  }
  if (!isSeq(node)) return null;
  const item = /^\d+$/.test(step)
    ? node.items[Number(step)]
    : node.items.find((one) => isMap(one) && one.get('id') === step);
  return item === undefined ? null : [(item as Node).range?.[0] ?? 0, item];
}

function startOf({ key }: Pair): number {
  return (key as Node).range?.[0] ?? 0;
}
