import { statSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';

/** The command line of a bench program: `--help` tells it, invalid input is one sentence and code 2, before anything runs. */
export function bench(name: string, about: string): Command {
  return new Command(`bench:${name}`).description(about).exitOverride((error) => {
    process.exit(error.exitCode === 0 ? 0 : 2);
  });
}

/** An option that takes one of these. @param standard the one that is taken when none is given. */
export function choice(flags: string, about: string, choices: readonly string[], standard?: string): Option {
  const option = new Option(flags, about).choices(choices);
  return standard === undefined ? option : option.default(standard);
}

/** The rows whose name has the text, taken by `--only`. */
export function only(names: readonly string[]): Option {
  return new Option('--only <text>', 'the rows whose name has this text')
    .default('', 'all')
    .argParser((text) => {
      if (names.some((name) => name.includes(text))) return text;
      throw new InvalidArgumentError(`No row has it in its name; there are: ${names.join('; ')}.`);
    });
}

/** A whole number from 1. @throws InvalidArgumentError for anything else. */
export function count(text: string): number {
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It takes a whole number from 1.');
}

/** A number above 0. @throws InvalidArgumentError for anything else. */
export function amount(text: string): number {
  const value = Number(text);
  if (/^\d*\.?\d+$/.test(text) && value > 0) return value;
  throw new InvalidArgumentError('It takes a number above 0.');
}

/** Each use of an option that may be repeated, checked against what there is. */
export function each(choices: readonly string[]): (text: string, before?: readonly string[]) => string[] {
  return (text, before = []) => {
    if (choices.includes(text)) return [...before, text];
    throw new InvalidArgumentError(`There is no ${text} among the ${choices.length} of that kind.`);
  };
}

/** A page that others have made, and what it is called in the table. */
export interface NamedPage {
  readonly what: string;
  readonly path: string;
}

/** Each use of an option that names a page, like `name=path/index.html`. @throws InvalidArgumentError without such a file. */
export function pageOnDisk(text: string, before: readonly NamedPage[]): readonly NamedPage[] {
  const at = text.indexOf('=');
  const [what, path] = [text.slice(0, at), text.slice(at + 1)];
  if (at > 0 && statSync(path, { throwIfNoEntry: false })?.isFile() === true)
    return [...before, { what, path }];
  throw new InvalidArgumentError('It takes a name and a file that exists, like name=path/index.html.');
}
