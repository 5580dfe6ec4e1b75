import { readLabels } from '../history/labels.ts';
import type { NightRecord } from '../history/night.ts';
import { recordOf } from '../history/record.ts';
import { withHistory } from '../history/since.ts';
import { viewOf } from '../history/view.ts';
import type { RunResult } from '../result/result.ts';

/** The result with all that the nights before it tell: what is new, and what changed. */
export function withNights(result: RunResult, nights: readonly NightRecord[], historyDir: string): RunResult {
  const told = withHistory(result, nights);
  const now = recordOf(told);
  if (now === null) return told;
  const before = nights.filter(({ started_at: at }) => Date.parse(at) < Date.parse(now.started_at));
  const history = viewOf([...before, now], readLabels(historyDir).labels);
  return history === null ? told : { ...told, history };
}
