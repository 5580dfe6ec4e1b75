import { oneLine } from './readable.ts';

/**
 * Texts that may come from the target, made inert for what reads them besides people: a code host that links mentions
 * and issues in Markdown, a bot that reads comments for commands, a CI system that reads a log for commands.
 */

/** Letters, digits and what means nothing to Markdown, to a code host or to a bot. */
const PLAIN = /[^A-Za-z0-9 ,()'\u0080-\u{10FFFF}]/gu;

/**
 * A text as inline code of Markdown in which nothing can be a mention, a link or a command: every other sign of ASCII is a
 * character reference, which shows as the sign and is none to whoever reads the source.
 */
export function inertCode(text: string, charactersMax: number): string {
  return `<code>${referenced(shortened(text, charactersMax))}</code>`;
}

/** Lines as a block of code, made inert in the same way. */
export function inertBlock(lines: readonly string[]): string {
  return `<pre>${lines.map((line) => referenced(oneLine(line))).join('\n')}</pre>`;
}

function referenced(text: string): string {
  return text.replace(PLAIN, (sign) => `&#${sign.codePointAt(0) ?? 32};`);
}

function shortened(text: string, charactersMax: number): string {
  const flat = oneLine(text.slice(0, charactersMax * 2));
  const characters = Array.from(flat);
  if (characters.length <= charactersMax && text.length <= charactersMax * 2) return flat;
  return `${characters.slice(0, charactersMax).join('')}…`;
}

/**
 * A line of a log that no CI system takes for a command: GitHub reads `::name::` at the beginning of a line and `##[name]`
 * anywhere in it, Azure `##vso[`, TeamCity `##teamcity[`, and a terminal its escape sequences.
 */
export function inertLine(line: string): string {
  const indent = /^ */.exec(line)?.[0] ?? '';
  const text = withoutHashCommands(oneLine(line)).replace(/^::/, ': :');
  return indent + text;
}

const HASH_COMMAND = /##(?=\w*\[)/g;

/** `##[name]` and its like, which CI systems read anywhere in a line, made inert. */
export function withoutHashCommands(text: string): string {
  return text.replace(HASH_COMMAND, '# #');
}

/** A line of JSON that no CI system takes for a command; it stays the same JSON. */
export function inertJson(json: string): string {
  return json.replace(HASH_COMMAND, '\\u0023#');
}
