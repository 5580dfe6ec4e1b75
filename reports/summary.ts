import { caveatsOf, REASONS_MAX } from './caveats.ts';
import { causesOf, rankedCauses } from '../result/causes.ts';
import { changeOf, earlierChanges, isCompared, NO_EARLIER } from '../history/change.ts';
import { acceptanceText, driftCountsOf, driftText } from '../result/accepted.ts';
import { count, counted, duration, elapsedMs, inUnit, more, rate, usAsMs, utc } from '../result/format.ts';
import { GATE_OUTCOMES, gateCounts, gateRows, settledNames } from './gate-text.ts';
import { block, code, line } from './markdown.ts';
import { readable } from './readable.ts';
import type { ContractResult } from '../result/contract-result.ts';
import type { LoadResult } from '../result/load-result.ts';
import type { RunResult, Spend } from '../result/result.ts';
import {
  actionText,
  alarmsOf,
  CHANGES,
  changeText,
  OUTCOMES,
  SEVERITIES,
  THRESHOLDS,
  VERDICTS,
  verdictMark,
  verdictMeaning,
} from '../result/wording.ts';

/** A part of the summary that may be left out as a whole; `what` says what is then missing, with a count. */
interface Section {
  readonly what: string;
  readonly text: string;
}

const BYTES_MAX = 900 * 1024 - 4096;
const CAVEATS_MAX = 10;
const CAUSES_MAX = 500;

/**
 * Renders the first screen of the report as GitHub-flavoured Markdown. It stays below the size at which a job summary
 * is refused by leaving out whole sections from the bottom, each named with its count.
 */
export function renderSummary(whole: RunResult, bytesMax = BYTES_MAX): string {
  const result = readable(whole);
  const sections = [
    ...gateSections(result.release),
    ...causeSections(result.contract),
    ...thresholdSections(result.load),
    ...stepSections(result.load),
    ...contractSections(result.contract),
    { what: 'the ledger of workflow runs', text: spendText(result.spend) },
  ];
  const kept: string[] = [firstScreen(result)];
  const leftOut: string[] = [];
  for (const section of sections) {
    const size = Buffer.byteLength([...kept, section.text].join('\n\n'));
    if (leftOut.length > 0 || size > bytesMax) leftOut.push(section.what);
    else kept.push(section.text);
  }
  const ending =
    leftOut.length === 0 ? [] : [`Left out for size: ${leftOut.join('; ')}. result.json has it all.`];
  return `${[...kept, ...ending].join('\n\n')}\n`;
}

function firstScreen(result: RunResult): string {
  const { run, target } = result;
  const verdict = verdictMark(result.verdict);
  const caveats = caveatsOf(result);
  const more = result.reasons.length - REASONS_MAX;
  return [
    `# ${verdict.icon} ${verdict.word}`,
    caveatText(caveats),
    `${verdictMeaning(result)} **${actionText(result)}**`,
    listed(result.next_steps ?? [], ''),
    listed(result.reasons.slice(0, REASONS_MAX), ''),
    ...rest(more, ''),
    alarmText(result),
    sinceText(result),
    table(
      ['', ''],
      [
        ['Target', `${line(target.base_url)}${target.is_sandbox ? ' (the embedded sandbox)' : ''}`],
        ['Time', `${line(utc(run.started_at))}, took ${duration(elapsedMs(run.started_at, run.ended_at))}`],
        ['Spend', spendLine(result.spend)],
        ['Seed', String(run.seed)],
        ['Run', line(run.id)],
      ],
    ),
    `To repeat it:\n\n${block(run.command, 'sh')}`,
  ]
    .filter((text) => text !== '')
    .join('\n\n');
}

/** What the nights show, which no verdict on one night can say. */
function alarmText({ history }: RunResult): string {
  const alarms = alarmsOf(history);
  if (alarms.length === 0) return '';
  const lines = alarms.map(
    (one) => `${CHANGES[one.state].icon} ${CHANGES[one.state].word}: ${changeText(one)}`,
  );
  return `**Night after night**\n\n${listed(lines, '')}`;
}

const CHANGES_MAX = 10;

function sinceText(result: RunResult): string {
  const change = changeOf(result);
  if (change === null) return `_${line(NO_EARLIER)}_`;
  const { last, appeared, stayed } = change;
  const { icon, word } = VERDICTS[last.verdict];
  const head = `**Since the last run** (${icon} ${word}, ${line(utc(last.started_at))}, ${line(last.run_id)})`;
  if (!isCompared(result)) return head;
  const counts = `${count(appeared.length)} new, ${count(last.gone.length)} gone, ${count(stayed.length)} still there.`;
  const lines = [
    ...appeared.map(({ first }) => `new: ${first.check}: ${first.title}`),
    ...last.gone.map(({ check, title }) => `gone: ${check}: ${title}`),
  ];
  return [
    `${head}: ${counts}`,
    ...(lines.length === 0 ? [] : [listed(lines.slice(0, CHANGES_MAX), '')]),
    ...rest(lines.length - CHANGES_MAX, ''),
    ...sinceEarlier(result),
  ].join('\n\n');
}

function sinceEarlier(result: RunResult): readonly string[] {
  return earlierChanges(result).map(
    ({ what, change: { last, appeared, stayed } }) =>
      `**Since the last ${what}** (${line(utc(last.started_at))}, ${line(last.run_id)}): ${count(appeared.length)} new, ${count(last.gone.length)} gone, ${count(stayed.length)} still there.`,
  );
}

function caveatText(caveats: readonly string[]): string {
  if (caveats.length === 0) return '';
  const more = rest(caveats.length - CAVEATS_MAX, '> ');
  return [
    '> **Know this first**',
    '>',
    listed(caveats.slice(0, CAVEATS_MAX), '> '),
    ...more.flatMap((text) => ['>', text]),
  ].join('\n');
}

function listed(messages: readonly string[], indent: string): string {
  return messages.map((message) => `${indent}- ${line(message)}`).join('\n');
}

function rest(number: number, indent: string): readonly string[] {
  return number > 0 ? [`${indent}… and ${more(number)}, in the report.`] : [];
}

function gateSections(release: RunResult['release']): readonly Section[] {
  if (release === undefined) return [];
  const { baseline, policy, differences } = release;
  const rows = gateRows(release).map(({ name, why, loss, allowed, outcome }) => [
    `${GATE_OUTCOMES[outcome].icon} ${GATE_OUTCOMES[outcome].word}`,
    line(why === '' ? name : `${name}: ${why}`),
    loss === null ? '—' : `${loss.estimate} (${loss.interval})`,
    allowed ?? '—',
  ]);
  const build = baseline.revision === '' ? '' : `, ${baseline.revision}`;
  const settled = settledNames(release);
  const text = [
    `## Release gate: ${gateCounts(release)}`,
    `Against ${line(`run ${baseline.id} (${baseline.verdict}, ${utc(baseline.started_at)}${build})`)}, by ${code(policy.file)}.${settled.length === 0 ? '' : ` Required and evaluated: ${settled.join(', ')}.`}`,
    table(['Result', 'Required', 'Loss (95 % interval)', 'Allowed'], rows),
    ...(differences.length === 0
      ? []
      : [`Not the same besides:\n\n${listed(differences.slice(0, CHANGES_MAX), '')}`]),
  ].join('\n\n');
  return [{ what: `the release gate (${count(release.rows.length)})`, text }];
}

function causeSections(contract: ContractResult | null): readonly Section[] {
  const all = causesOf(contract?.findings ?? []);
  const causes = rankedCauses(contract?.findings ?? []);
  if (causes.length === 0) return [];
  const rows = causes
    .slice(0, CAUSES_MAX)
    .map(({ first, findings, severity, fingerprint }) => [
      `${SEVERITIES[severity].icon} ${SEVERITIES[severity].word}`,
      line([first.title, acceptanceText(first)].filter((text) => text !== null).join(' — ')),
      line(first.check),
      first.evidence.level,
      count(findings.length),
      code(fingerprint),
    ]);
  const head = ['Severity', 'What', 'Check', 'Evidence', 'Cases', 'Fingerprint'];
  const drift = driftCountsOf(all);
  const text = [
    '## Findings by cause',
    ...(drift.total === 0 ? [] : [`${driftText(drift)}.`]),
    table(head, rows),
    ...rest(causes.length - CAUSES_MAX, ''),
  ].join('\n\n');
  return [{ what: `findings by cause (${count(causes.length)})`, text }];
}

function thresholdSections(load: LoadResult | null): readonly Section[] {
  const rows = (load?.scenarios ?? []).flatMap((scenario) =>
    scenario.thresholds.map((one) => [
      `${THRESHOLDS[one.outcome].icon} ${THRESHOLDS[one.outcome].word}`,
      line(scenario.name),
      line(one.step),
      code(one.expression),
      one.observed === null ? '—' : inUnit(one.observed, one.unit),
      inUnit(one.limit, one.unit),
    ]),
  );
  if (rows.length === 0) return [];
  const text = [
    '## Thresholds',
    table(['Outcome', 'Scenario', 'Step', 'Threshold', 'Observed', 'Limit'], rows),
  ].join('\n\n');
  return [{ what: `thresholds (${count(rows.length)})`, text }];
}

function stepSections(load: LoadResult | null): readonly Section[] {
  const rows = (load?.scenarios ?? []).flatMap((scenario) =>
    scenario.steps.map(({ name, ledger, achieved_per_second, latency_us: times }) => [
      line(scenario.name),
      line(name),
      `${rate(achieved_per_second)}/s`,
      count(ledger.sent),
      count(ledger.sent - ledger.ok),
      count(ledger.shed),
      ...(['p50', 'p95', 'p99'] as const).map((key) => atLeast(times[key], times.at_least.includes(key))),
      atLeast(times.max, times.at_least.includes('max')),
    ]),
  );
  if (rows.length === 0) return [];
  const head = [
    'Scenario',
    'Step',
    'Achieved',
    'Sent',
    'Not OK',
    'Shed',
    'p50 ms',
    'p95 ms',
    'p99 ms',
    'max ms',
  ];
  return [{ what: `load steps (${count(rows.length)})`, text: ['## Load', table(head, rows)].join('\n\n') }];
}

function atLeast(us: number | null, isLowerBound: boolean): string {
  return us === null ? '—' : `${isLowerBound ? '≥ ' : ''}${usAsMs(us)}`;
}

function contractSections(contract: ContractResult | null): readonly Section[] {
  if (contract === null) return [];
  const names = ['passed', 'failed', 'warned', 'skipped', 'inconclusive'] as const;
  const row = names.map((name) => `${OUTCOMES[name].icon} ${count(contract.cases[name])}`);
  const notes = contract.acceptance_notes === undefined ? [] : [listed(contract.acceptance_notes, '')];
  const text = [
    '## Contract cases',
    table(['total', ...names], [[count(contract.cases.total), ...row]]),
    ...notes,
  ].join('\n\n');
  return [{ what: `counts of contract cases (${count(contract.cases.total)})`, text }];
}

function spendLine(spend: Spend): string {
  const cap = spend.cap === null ? '' : ` of at most ${count(spend.cap)}`;
  return `${counted(spend.workflow_runs_started, 'workflow run')} started${cap}`;
}

function spendText(spend: Spend): string {
  const { stopped, completed, deleted, left_running } = spend.ended_by;
  const unknown = spend.unknown_starts ?? 0;
  const ids = spend.left_running_ids.slice(0, 50).map(code).join(', ');
  const row = [
    count(spend.workflow_runs_started),
    count(stopped),
    count(completed),
    ...(deleted === undefined ? [] : [count(deleted)]),
    count(left_running),
    spend.tokens === null ? '—' : count(spend.tokens),
  ];
  return [
    '## Spend',
    table(
      [
        ...['Started', 'Stopped', 'Completed'],
        ...(deleted === undefined ? [] : ['Deleted']),
        ...['Left running', 'Tokens'],
      ],
      [row],
    ),
    ...(spend.cleanup_requests === undefined
      ? []
      : [`${counted(spend.cleanup_requests, 'request')} to stop them, beside any budget of requests.`]),
    ...(unknown === 0
      ? []
      : [`${counted(unknown, 'start')} may have begun a run whose id no response told.`]),
    ...(ids === '' ? [] : [`Could not be stopped: ${ids}`]),
  ].join('\n\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
