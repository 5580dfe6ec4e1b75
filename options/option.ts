/**
 * An option of the command line as a row of a table. Types, Commander's options, `--help`, the line that repeats a run,
 * what two shards of one load must share, and what belongs to another command are all derived from the rows.
 */

/** Either the parsed value, or every issue as a sentence that says what, where and what to do. */
export type Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly issues: readonly string[] };

/** Parses the text of an option; `flag` is how an issue names it. */
export type Parse<Value> = (text: string, flag: string) => Parsed<Value>;

/** A command that takes options. `capacity` is the search within `load`. */
export type CommandName =
  | 'start'
  | 'nightly'
  | 'release'
  | 'contract'
  | 'load'
  | 'capacity'
  | 'merge'
  | 'accept'
  | 'doctor'
  | 'sweep'
  | 'report'
  | 'history'
  | 'label'
  | 'compare'
  | 'index'
  | 'sandbox';

interface Described {
  /** One line of `--help`, without the default. */
  readonly help: string;
  /** Its heading in `--help`. */
  readonly group: string;
  readonly commands: readonly CommandName[];
  /** True when it changes what a run does, so that the line that repeats the run must contain it. */
  readonly repeats: boolean;
  /** True when all shards of one load must be given the same value. */
  readonly sharedByShards: boolean;
  /** True when a profile may state it for one of its scenarios; false where it is a matter of the whole run. */
  readonly inProfile: boolean;
}

/** An option with a value, given at most once. */
export interface SingleOption<Value, Absent> extends Described {
  readonly kind: 'single';
  /** The placeholder of its value in `--help`, such as `<n>`. */
  readonly placeholder: string;
  readonly parse: Parse<Value>;
  /** The value where it is not given. */
  readonly absent: Absent;
  /** The default as `--help` states it; empty for none. */
  readonly defaultText: string;
}

/** An option with a value that may be given more than once. */
export interface ListOption<Value> extends Described {
  readonly kind: 'list';
  readonly placeholder: string;
  readonly parse: Parse<Value>;
}

/** An option without a value. */
export interface SwitchOption extends Described {
  readonly kind: 'switch';
}

export type Option = SingleOption<unknown, unknown> | ListOption<unknown> | SwitchOption;

/** Rows by the name of the value, such as `minRate`; the flag `--min-rate` follows from it. */
export type Options = Readonly<Record<string, Option>>;

type ValueOf<Row> = Row extends SwitchOption
  ? boolean
  : Row extends ListOption<infer Value>
    ? readonly Value[]
    : Row extends SingleOption<infer Value, infer Absent>
      ? Value | Absent
      : never;
type TextOf<Row> = Row extends SwitchOption
  ? boolean
  : Row extends ListOption<unknown>
    ? readonly string[]
    : string;

/** The parsed values of rows. */
export type ValuesOf<Rows extends Options> = { readonly [Name in keyof Rows]: ValueOf<Rows[Name]> };

/** The values of rows as they were typed; what was not given is absent. */
export type TextsOf<Rows extends Options> = {
  readonly [Name in keyof Rows]?: TextOf<Rows[Name]> | undefined;
};

/** Texts of rows that are known only as a table. */
export type Texts = Readonly<Record<string, string | readonly string[] | boolean | undefined>>;

type Effects = Pick<Described, 'sharedByShards' | 'repeats' | 'inProfile'>;

type Row<Kind extends Option> = Omit<Kind, 'kind' | keyof Effects | 'absent' | 'defaultText'> &
  Partial<Effects>;

const USUAL: Effects = { sharedByShards: false, repeats: true, inProfile: true };

/** A row for an option with a value; without `absent` it is null where it is not given. */
export function single<Value, Absent = null>(
  row: Row<SingleOption<Value, Absent>> & { readonly absent?: Absent; readonly defaultText?: string },
): SingleOption<Value, Absent> {
  const { absent = null as Absent, defaultText = '' } = row;
  return { ...USUAL, ...row, kind: 'single', absent, defaultText };
}

/** A row for an option that may be given more than once. */
export function list<Value>(row: Row<ListOption<Value>>): ListOption<Value> {
  return { ...USUAL, ...row, kind: 'list' };
}

/** A row for an option without a value. */
export function toggle(row: Row<SwitchOption>): SwitchOption {
  return { ...USUAL, ...row, kind: 'switch' };
}

/** The flag of a row: `--min-rate` for `minRate`. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The rows that a command takes, of several tables. */
export function optionsOf(command: CommandName, tables: readonly Options[]): Options {
  const rows = tables.flatMap((table) => Object.entries(table));
  return Object.fromEntries(rows.filter(([, row]) => row.commands.includes(command)));
}

/** Parses the texts of rows, all issues at once; what is mistaken has the value of an option that was not given. */
export function readOptions<Rows extends Options>(
  rows: Rows,
  texts: TextsOf<Rows>,
): { readonly values: ValuesOf<Rows>; readonly issues: readonly string[] } {
  const issues: string[] = [];
  const values = Object.entries(rows).map(([name, row]) => {
    const parsed = readOption(name, row, (texts as Texts)[name]);
    issues.push(...parsed.issues);
    return [name, parsed.value];
  });
  return { values: Object.fromEntries(values) as ValuesOf<Rows>, issues };
}

function readOption(
  name: string,
  row: Option,
  text: Texts[string],
): { readonly value: unknown; readonly issues: readonly string[] } {
  if (row.kind === 'switch') return { value: text === true, issues: [] };
  const parsed = wordsOf(text).map((word) => row.parse(word, flagOf(name)));
  const issues = parsed.flatMap((one) => (one.ok ? [] : one.issues));
  const values = parsed.flatMap((one) => (one.ok ? [one.value] : []));
  if (row.kind === 'list') return { value: values, issues };
  return { value: values.length === 0 ? row.absent : values[0], issues };
}

/** The words behind a flag as they were typed; none where it was not given, or has no value. */
function wordsOf(text: Texts[string]): readonly string[] {
  return text === undefined || typeof text === 'boolean' ? [] : [text].flat();
}

/** True when an option was given. */
export function isGiven(text: Texts[string]): boolean {
  return text === true || wordsOf(text).length > 0;
}

/** The options that change what a run does, as they were typed, in the order of the table. */
export function argumentsToRepeat(rows: Options, texts: Texts): readonly string[] {
  return Object.entries(rows).flatMap(([name, row]) => {
    const text = texts[name];
    if (!row.repeats || !isGiven(text)) return [];
    if (row.kind === 'switch') return [flagOf(name)];
    return wordsOf(text).flatMap((word) => [flagOf(name), word]);
  });
}

/** The values that all shards of one load must share, by flag. */
export function sharedOf(rows: Options, values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const shared = Object.entries(rows).filter(([, row]) => row.sharedByShards);
  return Object.fromEntries(shared.map(([name]) => [flagOf(name), values[name]]));
}

/** The flags that were given and that a command does not take. */
export function inapplicableOptions(command: CommandName, rows: Options, texts: Texts): readonly string[] {
  return Object.entries(rows)
    .filter(([name, row]) => isGiven(texts[name]) && !row.commands.includes(command))
    .map(([name]) => flagOf(name));
}
