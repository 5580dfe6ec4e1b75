import type { Command } from '../../openapi/registry.ts';

/** How often each command of a mix is sent, as whole numbers that are compared with one another. */
export type Weights = Readonly<Partial<Record<Command, number>>>;

/** The order in which a mix sends its commands; it repeats after `length` iterations. */
export interface MixOrder {
  readonly length: number;
  readonly commandAt: (n: number) => Command;
}

/**
 * Spreads the commands of a mix as evenly as their weights allow: in each turn the command that is furthest behind
 * its share comes next. No chance is in it, so that a plan can count each command exactly.
 */
export function mixOrder(weights: Weights): MixOrder {
  const shares = entriesOf(weights);
  const total = shares.reduce((sum, [, weight]) => sum + weight, 0);
  const behind = new Map(shares.map(([command]) => [command, 0]));
  const order = Array.from({ length: total }, () => {
    for (const [command, weight] of shares) behind.set(command, (behind.get(command) ?? 0) + weight);
    const next = shares.reduce<Command | null>(
      (best, [command]) =>
        best === null || (behind.get(command) ?? 0) > (behind.get(best) ?? 0) ? command : best,
      null,
    );
    if (next === null) throw new Error('A mix has at least one command.');
    behind.set(next, (behind.get(next) ?? 0) - total);
    return next;
  });
  const commandAt = (n: number): Command => {
    const command = order[n % total];
    if (command === undefined) throw new Error(`There is no command ${n} in a mix of ${total}.`);
    return command;
  };
  return { length: total, commandAt };
}

/** The share of a command in a mix, 0 to 1. */
export function shareOf(weights: Weights, command: Command): number {
  const total = entriesOf(weights).reduce((sum, [, weight]) => sum + weight, 0);
  return (weights[command] ?? 0) / total;
}

const WEIGHT_MAX = 1000;

/** Parses `start=1,data=6,resume=3`; every issue is returned as a sentence. */
export function parseWeights(
  text: string,
  known: readonly Command[],
): { readonly weights: Weights } | { readonly issues: readonly string[] } {
  const issues: string[] = [];
  const weights: Partial<Record<Command, number>> = {};
  for (const part of text.split(',').map((piece) => piece.trim())) {
    const [name = '', number = ''] = part.split('=');
    const command = known.find((candidate) => candidate === name.trim());
    if (command === undefined)
      issues.push(`--mix has "${part}"; it takes COMMAND=WEIGHT with one of ${known.join(', ')}.`);
    else if (weights[command] !== undefined) issues.push(`--mix names ${command} twice.`);
    else if (!/^\d+$/.test(number.trim()) || Number(number) < 1 || Number(number) > WEIGHT_MAX)
      issues.push(
        `--mix has "${part}"; a weight is a whole number from 1 to ${WEIGHT_MAX}. Leave out what is not to be sent.`,
      );
    else weights[command] = Number(number);
  }
  return issues.length > 0 ? { issues } : { weights };
}

function entriesOf(weights: Weights): readonly (readonly [Command, number])[] {
  return Object.entries(weights) as [Command, number][];
}
