import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renderCodeQuality, type RulePlaces } from './code-quality.ts';
import { renderComment } from './comment.ts';
import { renderCtrf } from './ctrf.ts';
import { renderDigest } from './digest.ts';
import { renderComparisonMarkdown, type ComparisonView } from './comparison.ts';
import { renderComparison } from './html/comparison-page.tsx';
import { renderHtml } from './html/page.tsx';
import { renderRuns } from './html/runs-page.tsx';
import { renderJunit } from './junit.ts';
import type { RunResult } from '../result/result.ts';
import type { Runs } from './runs.ts';
import { renderSummary } from './summary.ts';

/** The paths of the files that were written. */
export interface WrittenReports {
  readonly result: string;
  readonly html: string;
  readonly junit: string;
  readonly ctrf: string;
  readonly codeQuality: string;
  readonly summary: string;
  readonly digest: string;
  readonly comment: string;
}

/** Where rules stand for a caller that has no description at hand: in it, on its first line. */
const UNKNOWN_PLACES: RulePlaces = { path: 'openapi/workflow-runs.yaml', lineOf: () => 1 };

/** Requests and responses are nobody's business but of who runs this; what leaves the machine is for the pipeline to say. */
const FOR_ITS_OWNER = 0o600;

/**
 * Writes `result.json` and all that is rendered from it into an existing folder. Each file appears whole or not at all;
 * the result comes first, so that it is there even if a renderer fails.
 */
export async function writeReports(
  result: RunResult,
  outDir: string,
  places: RulePlaces = UNKNOWN_PLACES,
): Promise<WrittenReports> {
  const own = (name: string, text: string): Promise<string> => place(outDir, name, text, FOR_ITS_OWNER);
  return {
    result: await own('result.json', renderResult(result)),
    html: await own('index.html', renderHtml(result)),
    junit: await own('junit.xml', renderJunit(result)),
    codeQuality: await own('codequality.json', renderCodeQuality(result, places)),
    ctrf: await own('ctrf.json', renderCtrf(result)),
    summary: await own('summary.md', renderSummary(result)),
    digest: await own('digest.json', renderDigest(result)),
    comment: await own('comment.md', renderComment(result)),
  };
}

/** Writes `release.json`, whole or not at all; returns its path. */
export function writeRelease(text: string, outDir: string): Promise<string> {
  return place(outDir, 'release.json', text);
}

/** Writes a comparison as `index.html`, `comparison.md` and `comparison.json`, each whole or not at all; returns the page's path. */
export async function writeComparison(view: ComparisonView, data: unknown, outDir: string): Promise<string> {
  await place(outDir, 'comparison.json', `${JSON.stringify(data, null, 2)}\n`);
  await place(outDir, 'comparison.md', renderComparisonMarkdown(view));
  return place(outDir, 'index.html', renderComparison(view));
}

/** Writes `index.html` over all runs of a folder, whole or not at all; returns its path. */
export function writeRunsIndex(runs: Runs, dir: string): Promise<string> {
  return place(dir, 'index.html', renderRuns(runs));
}

const TOP_LEVEL = [
  'schema_version',
  'tool',
  'run',
  'target',
  'verdict',
  'share',
  'reasons',
  'mover',
  'next_steps',
  'release',
  'since_last',
  'since_go',
  'since_release',
  'history',
  'spend',
  'contract',
  'load',
];

/**
 * The result as indented JSON, with lists of numbers on one line: a long load has many of them. What says most comes
 * first; within it keys are sorted, so equal results are equal text.
 */
export function renderResult(result: RunResult): string {
  const rank = ([key]: readonly [string, unknown]): number => TOP_LEVEL.indexOf(key);
  const entries = Object.entries(result).sort((a, b) => rank(a) - rank(b));
  return `${indented(Object.fromEntries(entries.map(([key, value]) => [key, sorted(value)])), '')}\n`;
}

function indented(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null || isOfNumbers(value)) return JSON.stringify(value);
  const inner = `${indent}  `;
  const isList = Array.isArray(value);
  const lines = isList
    ? value.map((one: unknown) => indented(one, inner))
    : Object.entries(value)
        .filter(([, one]) => one !== undefined)
        .map(([key, one]) => `${JSON.stringify(key)}: ${indented(one, inner)}`);
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  if (lines.length === 0) return open + close;
  return `${open}\n${lines.map((line) => inner + line).join(',\n')}\n${indent}${close}`;
}

/** A list of numbers, or of lists of them. */
function isOfNumbers(value: unknown): boolean {
  return (
    Array.isArray(value) && value.every((one) => typeof one === 'number' || one === null || isOfNumbers(one))
  );
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, one]) => [key, sorted(one)]));
}

async function place(outDir: string, name: string, text: string, mode = 0o666): Promise<string> {
  const path = join(outDir, name);
  const unfinished = join(outDir, `.${name}.${process.pid}.part`);
  try {
    await writeFile(unfinished, text, { encoding: 'utf8', mode });
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  return path;
}
