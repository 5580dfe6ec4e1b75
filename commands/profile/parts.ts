import { CAPACITY } from '../../load/scenario/scenario.ts';
import { parseCapacityOptions } from '../../load/options/capacity.ts';
import type { LoadPlan } from '../../load/plan.ts';
import { LOAD_OPTIONS } from '../../load/options/rows.ts';
import { parseLoadOptions, type LoadOptionTexts, type ParsedLoadOptions } from '../../load/options/read.ts';
import { WHOLE } from '../../load/arrivals/shard.ts';
import type { HostLimits } from '../../load/options/host-limits.ts';
import { flagOf, type Options, type Texts } from '../../options/option.ts';
import type { ProfileFile } from './file.ts';
import type { ProfileValues } from './schema.ts';

/** The options of the contract tests as a profile gives them; those that were typed win. */
export function contractTexts<Typed extends Texts>({ profile }: ProfileFile, typed: Typed): Typed {
  const { commands, accepted, ...values } = profile.contract ?? {};
  const given: Texts = {
    ...textsOf(values),
    ...(commands === undefined || typed['only'] !== undefined ? {} : { commands: commands.join(',') }),
    ...(accepted === false ? { noAccepted: true } : {}),
  };
  const set = Object.entries(typed).filter(([, text]) => text !== undefined);
  return { ...given, ...(Object.fromEntries(set) as Typed) };
}

/** A profile narrowed to some of its scenarios, and what it has not of them as a sentence. */
export function narrowedTo(
  file: ProfileFile,
  names: readonly string[],
): { readonly file: ProfileFile; readonly issues: readonly string[] } {
  const { load = [], capacity } = file.profile;
  const known = [...load.map(({ scenario }) => scenario), ...(capacity === undefined ? [] : [CAPACITY])];
  const unknown = names.filter((name) => !known.includes(name));
  const kept = load.filter(({ scenario }) => names.includes(scenario));
  const has = known.length === 0 ? 'it has no scenarios' : `it has ${known.join(', ')}`;
  const issues =
    names.length === 0
      ? [`--scenarios names no scenario of ${file.path}; ${has}.`]
      : unknown.map((name) => `--scenarios names "${name}", which ${file.path} does not have; ${has}.`);
  const { sandbox, patience, processes } = file.profile;
  const profile = {
    sandbox,
    patience,
    processes,
    'max-runs': file.profile['max-runs'],
    ...(kept.length === 0 ? {} : { load: kept }),
    ...(capacity === undefined || !names.includes(CAPACITY) ? {} : { capacity }),
  };
  // Lines of the file stay those of its keys: an issue in a scenario is told by its place in the whole list.
  const at = (key: readonly PropertyKey[]): string => {
    const [part, i, ...more] = key;
    const one = part === 'load' && typeof i === 'number' ? kept[i] : undefined;
    return one === undefined ? file.at(key) : file.at(['load', load.indexOf(one), ...more]);
  };
  return { file: { ...file, profile, at }, issues };
}

/** The load of a profile: its scenarios, then its search; null for none. All issues are collected. */
export function loadOf(
  file: ProfileFile,
  seed: string,
  limits: HostLimits,
): { readonly plan: LoadPlan | null; readonly issues: readonly string[] } {
  const { load = [], capacity, processes = 1 } = file.profile;
  const shared = { seed, processes: String(processes) };
  const names = load.map(({ scenario }) => scenario);
  const doubled = names.flatMap((name, i) =>
    names.indexOf(name) === i
      ? []
      : [`${file.at(['load', i, 'scenario'])}: the scenario ${name} is named twice; name it once.`],
  );
  const scenarios = load.map(({ scenario, ...values }, i) =>
    placed(
      parseLoadOptions([scenario], { ...textsOf(values), ...shared }, limits),
      file,
      ['load', i],
      values,
    ),
  );
  const search =
    capacity === undefined
      ? []
      : [
          placed(
            parseCapacityOptions([CAPACITY], { ...textsOf(capacity), ...shared }, limits),
            file,
            ['capacity'],
            capacity,
          ),
        ];
  const parsed = [...scenarios, ...search];
  const issues = [...doubled, ...parsed.flatMap((one) => ('issues' in one ? one.issues : []))];
  if (parsed.length === 0 || issues.length > 0) return { plan: null, issues };
  const plans = parsed.flatMap((one) => ('plan' in one ? [one.plan] : []));
  const found = plans.find((plan) => plan.capacity !== null)?.capacity ?? null;
  return {
    plan: {
      scenarios: plans.flatMap((plan) => plan.scenarios),
      capacity: found === null ? null : { ...found, roomFor: 'every-rate-kept' },
      processes,
      shard: WHOLE,
      sharedByShards: null,
      startsAtMs: null,
    },
    issues,
  };
}

/** Values of a profile as the command line would have them. */
function textsOf(values: ProfileValues): LoadOptionTexts & Texts {
  const texts = Object.entries(values).map(([key, value]) => {
    const name = key.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    if (typeof value === 'boolean') return [name, value || undefined];
    return [name, Array.isArray(value) || isList(name) ? [value].flat().map(String) : String(value)];
  });
  return Object.fromEntries(texts) as LoadOptionTexts & Texts;
}

function isList(name: string): boolean {
  return (LOAD_OPTIONS as Options)[name]?.kind === 'list';
}

/** The issues of an option, said of the key in the file. */
function placed(
  parsed: ParsedLoadOptions,
  file: ProfileFile,
  above: readonly PropertyKey[],
  values: ProfileValues,
): ParsedLoadOptions {
  if ('plan' in parsed) return parsed;
  return {
    issues: parsed.issues.map((issue) => {
      const where = file.at([...above, ...placeIn(values, issue)]);
      return `${where}: ${issue.replace(/--(?=[a-z])/g, '')}`;
    }),
  };
}

/** The key that an issue names by its flag, or whose value it quotes; nothing where it does neither. */
function placeIn(values: ProfileValues, issue: string): readonly PropertyKey[] {
  const named = Object.keys(values).find((key) => new RegExp(`${flagOf(key)}(?![\\w-])`).test(issue));
  if (named !== undefined) return [named];
  for (const [key, value] of Object.entries(values)) {
    if (!Array.isArray(value) && issue.includes(`"${String(value)}"`)) return [key];
    const at = Array.isArray(value) ? value.findIndex((one) => issue.includes(`"${String(one)}"`)) : -1;
    if (at !== -1) return [key, at];
  }
  return [];
}
