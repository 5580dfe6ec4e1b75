import { dayOf, isDay } from '../result/acceptance.ts';
import { REASON_PLACEHOLDER } from '../reports/accept-command.ts';
import { oneLine } from '../reports/readable.ts';
import type { Parsed, TextsOf } from '../options/option.ts';
import type { ACCEPT_OPTIONS } from './option-table.ts';

/** The options of `npm run accept`, as they were typed. */
export type AcceptTexts = TextsOf<typeof ACCEPT_OPTIONS>;

/** What is to be done with the accepted drift. */
export type AcceptRequest =
  | { readonly kind: 'list' }
  | {
      readonly kind: 'remove';
      readonly fingerprints: readonly string[];
      /** The target that they are no longer accepted for, or null for all. */
      readonly target: string | null;
    }
  | { readonly kind: 'shape'; readonly run: string; readonly reason: string }
  | { readonly kind: 'observe'; readonly run: string }
  | {
      readonly kind: 'accept';
      /** The folder of a run, or its result file. */
      readonly run: string;
      readonly fingerprints: readonly string[] | 'all' | 'additive';
      readonly reason: string;
      /** The last day, like `2026-11-25`. */
      readonly until: string;
      /** Who accepts it, where that was given. */
      readonly by: string | null;
    };

const DAYS_DEFAULT = 90;
const DAY_MS = 24 * 60 * 60 * 1000;
const REASON_MAX = 300;
const NAME_MAX = 100;

/** Parses the options and arguments, all issues at once. */
export function parseAccept(
  run: string | undefined,
  fingerprints: readonly string[],
  texts: AcceptTexts,
  now: Date,
): Parsed<AcceptRequest> {
  const others = [run, texts.reason, texts.until, texts.by, texts.all, texts.class, texts.observe].some(
    (given) => given !== undefined,
  );
  if (texts.list === true || texts.remove !== undefined) {
    if (others || (texts.list === true && texts.remove !== undefined))
      return issue('--list and --remove stand alone; leave the rest out.');
    if (texts.remove === undefined && texts.target !== undefined) return issue(TARGET_OF_REMOVE);
    return { ok: true, value: aside(texts) };
  }
  if (texts.observe === true) return observeRequest(run, fingerprints, texts);
  if (texts.shape === true) return shapeRequest(run, fingerprints, texts);
  const reason = parseReason(texts.reason);
  const until = parseUntil(texts.until, now);
  const by = parseBy(texts.by);
  const which = [
    ...whichIssues(run, fingerprints, texts),
    ...(texts.class === undefined || texts.class === 'additive'
      ? []
      : [
          `--class is "${oneLine(texts.class)}"; additive is the only class that is taken as a whole, name what breaks by its fingerprint.`,
        ]),
  ];
  const misplaced = texts.target === undefined ? [] : [TARGET_OF_REMOVE];
  const issues = [...which, ...of(reason), ...of(until), ...of(by), ...misplaced];
  if (run === undefined || !reason.ok || !until.ok || !by.ok || issues.length > 0)
    return { ok: false, issues };
  return {
    ok: true,
    value: {
      kind: 'accept',
      run,
      fingerprints:
        texts.all === true ? 'all' : texts.class === 'additive' ? 'additive' : [...new Set(fingerprints)],
      reason: reason.value,
      until: until.value,
      by: by.value,
    },
  };
}

/** A shape is taken as a whole, and stands until another is. */
function shapeRequest(
  run: string | undefined,
  fingerprints: readonly string[],
  texts: AcceptTexts,
): Parsed<AcceptRequest> {
  const reason = parseReason(texts.reason);
  const others = [texts.all, texts.class, texts.until, texts.by, texts.target].some(
    (given) => given !== undefined,
  );
  const issues = [
    ...(run === undefined
      ? ['No run is named; give the folder of one: npm run accept -- reports/runs/… --shape --reason "why".']
      : []),
    ...(others || fingerprints.length > 0
      ? ['--shape takes the whole shape of a run; leave out everything but --reason.']
      : []),
    ...of(reason),
  ];
  if (run === undefined || !reason.ok || issues.length > 0) return { ok: false, issues };
  return { ok: true, value: { kind: 'shape', run, reason: reason.value } };
}

/** What was confirmed is taken as a whole: its run and its day are the reason. */
function observeRequest(
  run: string | undefined,
  fingerprints: readonly string[],
  texts: AcceptTexts,
): Parsed<AcceptRequest> {
  const { all, class: whole, shape, reason, until, by, target } = texts;
  const others = [all, whole, shape, reason, until, by, target].some((given) => given !== undefined);
  if (run === undefined)
    return issue('No run is named; give the folder of one: npm run accept -- reports/runs/… --observe.');
  if (others || fingerprints.length > 0)
    return issue('--observe takes all rules that a run has confirmed; leave out everything else.');
  return { ok: true, value: { kind: 'observe', run } };
}

const TARGET_OF_REMOVE =
  '--target belongs to --remove; what is accepted holds for the target of the run that is named.';

function aside({ remove, target }: AcceptTexts): AcceptRequest {
  return remove === undefined
    ? { kind: 'list' }
    : { kind: 'remove', fingerprints: [...new Set(remove)], target: target ?? null };
}

function whichIssues(
  run: string | undefined,
  fingerprints: readonly string[],
  { all = false, class: whole }: AcceptTexts,
): readonly string[] {
  if (run === undefined)
    return [
      'No run is named; give the folder of one and the fingerprints of its drift: npm run accept -- reports/runs/… FINGERPRINT --reason "why".',
    ];
  if (all && whole !== undefined) return ['--all and --class exclude each other; give one.'];
  if (all && fingerprints.length > 0) return ['--all and fingerprints exclude each other; give one.'];
  if (whole !== undefined && fingerprints.length > 0)
    return ['--class and fingerprints exclude each other; give one.'];
  if (all || whole !== undefined || fingerprints.length > 0) return [];
  return ['No fingerprint is named; give those of the report, or --all for its drift.'];
}

/** A reason is one line for the reader of a diff a year later. */
function parseReason(text: string | undefined): Parsed<string> {
  const reason = oneLine(text ?? '');
  if (reason === '') return issue('--reason is missing or empty; say in a sentence why this is expected.');
  if (reason.toUpperCase() === REASON_PLACEHOLDER)
    return issue(
      `--reason still is the placeholder ${REASON_PLACEHOLDER}; say in a sentence why this is expected.`,
    );
  if (reason.length > REASON_MAX)
    return issue(
      `--reason has ${reason.length} characters; say it in at most ${REASON_MAX}, and link the rest.`,
    );
  return { ok: true, value: reason };
}

function parseBy(text: string | undefined): Parsed<string | null> {
  if (text === undefined) return { ok: true, value: null };
  const name = oneLine(text);
  return name === '' || name.length > NAME_MAX
    ? issue(`--by is empty or has more than ${NAME_MAX} characters; give a name.`)
    : { ok: true, value: name };
}

function parseUntil(text: string | undefined, now: Date): Parsed<string> {
  if (text === undefined) return { ok: true, value: dayOf(new Date(now.getTime() + DAYS_DEFAULT * DAY_MS)) };
  if (!isDay(text)) return issue(`--until is "${oneLine(text)}"; give a day that exists, like 2026-11-25.`);
  if (text < dayOf(now))
    return issue(`--until is ${text}, which is past; give today (${dayOf(now)}, UTC) or a later day.`);
  return { ok: true, value: text };
}

function of(parsed: Parsed<unknown>): readonly string[] {
  return parsed.ok ? [] : parsed.issues;
}

function issue(message: string): Parsed<never> {
  return { ok: false, issues: [message] };
}
