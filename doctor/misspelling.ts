/** A name that is set and means nothing, and the variable that it looks like. */
export interface Misspelt {
  readonly name: string;
  readonly meant: string;
}

const OWN = /^(INTERACTLY|HARNESS)/;
const DISTANCE_MAX = 2;
/** Names that this tool or its tests set for their own processes. */
const INTERNAL =
  /^HARNESS_(ENV_FILE|RUNNER|STATE_DIR|SEED|STRICT|IN_FLIGHT|BUDGET_RUNS|BUDGET_REQUESTS|REPLAY|ONLY|COMMANDS)$/;

/** The names that look like a variable of ours and are none. */
export function misspeltNames(names: readonly string[], variables: readonly string[]): readonly Misspelt[] {
  const found = [...new Set(names)].flatMap((name) => {
    if (variables.includes(name) || INTERNAL.test(name)) return [];
    const meant = nearest(name, variables);
    return meant === null ? [] : [{ name, meant }];
  });
  return found.sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

/** The variable that a name is closest to, or null when it is not close to any. */
function nearest(name: string, variables: readonly string[]): string | null {
  const folded = fold(name);
  const [best] = variables
    .map((variable) => ({ variable, distance: distanceOf(folded, fold(variable)) }))
    .sort((a, b) => a.distance - b.distance);
  if (best !== undefined && best.distance <= DISTANCE_MAX) return best.variable;
  if (!OWN.test(name.toUpperCase())) return null;
  // INTERACTLY_KEY, INTERACTLY_URL, HARNESS_RUNS: the words are a part of those of one variable alone.
  const words = name.toUpperCase().split(/[^A-Z0-9]+/);
  if (words.length === 1) return null; // the name of the family means none of it
  const around = variables.filter((variable) => words.every((word) => variable.split('_').includes(word)));
  const [only] = around;
  const shortest = around.filter(({ length }) => length === Math.min(...around.map((one) => one.length)));
  return around.length === 1 ? (only ?? null) : shortest.length === 1 ? (shortest[0] ?? null) : null;
}

/** Letter case and separators are what is mistaken most. */
function fold(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]/g, '');
}

/** How many letters have to be put in, left out, replaced or swapped with their neighbour (optimal string alignment). */
function distanceOf(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > DISTANCE_MAX) return DISTANCE_MAX + 1;
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= one.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const isSame = one[i - 1] === other[j - 1];
      const isSwapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      row.push(
        Math.min(
          at(rows, i - 1, j) + 1,
          (row[j - 1] ?? 0) + 1,
          at(rows, i - 1, j - 1) + (isSame ? 0 : 1),
          isSwapped ? at(rows, i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    rows.push(row);
  }
  return at(rows, one.length, other.length);
}

function at(rows: readonly (readonly number[])[], i: number, j: number): number {
  return rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
}
