import { count, more } from '../result/format.ts';
import { withoutHashCommands } from './inert.ts';
import { oneLine } from './readable.ts';
import type { RunResult } from '../result/result.ts';
import { troublesOf, type Trouble, type TroubleKind } from './troubles.ts';

/** GitHub shows ten annotations of a step; the last one says how many more there are. */
const CAUSES_MAX = 9;
const CHARACTERS_MAX = 600;

const LEVELS: Readonly<Record<TroubleKind, 'error' | 'warning' | 'notice'>> = {
  failure: 'error',
  unknown: 'warning',
  warning: 'warning',
  drift: 'notice',
  accepted: 'notice',
};

/** The workflow commands that show the worst causes of a run beside its job on GitHub. */
export function annotationsOf(result: RunResult): readonly string[] {
  const troubles = troublesOf(result);
  const rest = troubles.length - CAUSES_MAX;
  const verdict = result.verdict ?? 'NO VERDICT';
  return [
    ...troubles.slice(0, CAUSES_MAX).map((one) => commandOf(verdict, one)),
    ...(rest > 0 ? [command('notice', verdict, `${more(rest)} in the report, index.html.`)] : []),
  ];
}

/** The workflow command that shows an issue in options or configuration. */
export function configurationAnnotation(message: string): string {
  return command('error', 'configuration', shortened(message));
}

function commandOf(verdict: string, { kind, check, title, findings, replay }: Trouble): string {
  const many = findings > 1 ? ` (${count(findings)} findings)` : '';
  const again = replay === null || replay.length > CHARACTERS_MAX ? '' : ` Again: ${oneLine(replay)}`;
  return command(LEVELS[kind], `${verdict}: ${kind}, ${check}`, `${shortened(title)}${many}${again}`);
}

function command(level: string, title: string, message: string): string {
  return `::${level} title=${escapedProperty(shortened(title))}::${escaped(message)}`;
}

function shortened(text: string): string {
  const flat = oneLine(text.slice(0, CHARACTERS_MAX * 2));
  return flat.length <= CHARACTERS_MAX
    ? flat
    : `${flat.slice(0, CHARACTERS_MAX).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** What GitHub reads back as the text. Line breaks are gone by now, and `##[` would begin an older kind of command. */
function escaped(text: string): string {
  return withoutHashCommands(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapedProperty(text: string): string {
  return escaped(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
