import type { NightRecord } from '../../history/night.ts';
import { recordOf } from '../../history/record.ts';
import { withHistory } from '../../history/since.ts';
import type { RunResult } from '../../result/result.ts';

/** A result with what its history tells, where earlier runs left their records in it. */
export function told(result: RunResult, earlier: readonly RunResult[]): RunResult {
  return withHistory(result, earlier.flatMap(recorded));
}

function recorded(result: RunResult): readonly NightRecord[] {
  const night = recordOf(result);
  return night === null ? [] : [night];
}
