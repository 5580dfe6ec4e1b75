import { join } from 'node:path';
import { HistoryError, readHistory, writeNight } from '../history/files.ts';
import { importFile, resultsBelow } from '../history/import.ts';
import type { NightRecord } from '../history/night.ts';
import { recordOf } from '../history/record.ts';
import { counted } from '../result/format.ts';
import type { RunResult } from '../result/result.ts';
import type { Console } from './console.ts';
import type { CommonOptions } from './options.ts';

/** What keeping and looking up a night takes of an invocation. */
interface Keeper {
  readonly options: Pick<CommonOptions, 'historyDir' | 'earlier' | 'outDir'>;
  readonly console: Pick<Console, 'say' | 'problem'>;
}

const SET_ASIDE_SAID = 3;

/** The nights that the history has, and those of the folder of earlier runs. What can't be read is named, and is no reason to stop. */
export function knownNights({ options, console }: Keeper): readonly NightRecord[] {
  const { kept, setAside } = readHistory(options.historyDir);
  const earlier = options.earlier === null ? [] : resultsBelow(options.earlier).map(importFile);
  const results = earlier.flatMap(({ night }) => ('why' in night ? [] : [night]));
  if (options.earlier !== null) {
    const not = earlier.length - results.length;
    const passedOver =
      not === 0 ? '' : `; ${not} passed over, which no result of this version could be read from`;
    console.say(
      `earlier runs: ${counted(results.length, 'result')} read from ${options.earlier}${passedOver}`,
    );
  }
  for (const { path, why } of setAside.slice(0, SET_ASIDE_SAID))
    console.say(`history: ${path} is set aside, ${why}`);
  if (setAside.length > SET_ASIDE_SAID)
    console.say(
      `history: ${counted(setAside.length - SET_ASIDE_SAID, 'more file is', 'more files are')} set aside`,
    );
  return [...kept.map(({ night }) => night), ...results];
}

/**
 * Leaves the record of a finished run in the history, and beside its report for a machine that keeps the history elsewhere.
 * Where that can't be, the report and the verdict stand, and a sentence says what to do.
 */
export function keepNight(result: RunResult, { options, console }: Keeper): void {
  const night = recordOf(result);
  if (night === null) return;
  for (const dir of [join(options.outDir, 'history'), options.historyDir]) {
    try {
      const path = writeNight(dir, night);
      if (dir === options.historyDir) console.say(`history: ${path}`);
    } catch (error) {
      if (!(error instanceof HistoryError)) throw error;
      console.problem(error.message);
    }
  }
}
