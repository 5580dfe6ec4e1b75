import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compareNights } from '../history/compare.ts';
import { readHistory } from '../history/files.ts';
import type { NightRecord } from '../history/night.ts';
import { recordOf } from '../history/record.ts';
import { candidateOf, judgeRelease } from '../history/release-gate.ts';
import { revisionText } from '../history/revisions.ts';
import { selectNight } from '../history/select.ts';
import type { Parsed } from '../options/option.ts';
import { BASELINE_FILE, POLICY_FILE, type ReleaseComparison } from '../result/release-comparison.ts';
import type { RunResult } from '../result/result.ts';
import { judgeRun } from '../result/verdict.ts';
import { runOf } from './compare.ts';
import { readReleasePolicy, type PolicyFile } from './profile/release-policy.ts';

/** The policy that comes with this tool. */
const SHIPPED = fileURLToPath(new URL('../config/release-policy.yaml', import.meta.url));

/** What a release is held against, and by what. */
export interface Gate {
  readonly baseline: NightRecord;
  readonly policy: PolicyFile;
}

/** What `--against` and `--policy` ask for; null where neither was given. All issues are collected. */
export function readGate(
  given: { readonly against?: string | undefined; readonly policy?: string | undefined },
  historyDir: string,
  target: string | null,
): Parsed<Gate | null> {
  const { against, policy: path } = given;
  if (against === undefined)
    return path === undefined
      ? { ok: true, value: null }
      : {
          ok: false,
          issues: [
            '--policy says what a release keeps of an earlier run, and none is named; add --against last-release, a tag or a run.',
          ],
        };
  const policy = readReleasePolicy(path ?? SHIPPED);
  const baseline = baselineOf(against, historyDir, target);
  if (policy.ok && !('issue' in baseline)) return { ok: true, value: { baseline, policy: policy.value } };
  return {
    ok: false,
    issues: [
      ...('issue' in baseline ? [`--against ${against}: ${baseline.issue}`] : []),
      ...(policy.ok ? [] : policy.issues),
    ],
  };
}

/** A tag or "last-release" is looked up among the runs of the same target first: staging has a last release too. */
function baselineOf(words: string, historyDir: string, target: string | null): ReturnType<typeof runOf> {
  const own = readHistory(historyDir).kept.filter(({ night }) => night.target.name === target);
  const found = selectNight(own, words);
  return 'issue' in found ? runOf(words, historyDir) : found.night;
}

/** The result of a release held against its baseline, and judged with that. */
export function heldAgainst(result: RunResult, { baseline, policy }: Gate): RunResult {
  const night = recordOf(result);
  if (night === null) return result;
  const release: ReleaseComparison = {
    baseline: {
      id: baseline.id,
      started_at: baseline.started_at,
      verdict: baseline.verdict,
      target: baseline.target.name,
      revision: revisionText(baseline),
    },
    policy: { file: policy.path, sha256: policy.sha256 },
    rows: judgeRelease(policy.policy, baseline, candidateOf(night, result)),
    differences: compareNights(baseline, night).differences,
  };
  const { contract, load, run, share } = result;
  return {
    ...result,
    ...judgeRun({ contract, load, interrupted: run.interrupted, share, release }),
    release,
  };
}

/** Leaves what a release was held against in its folder, so that it can be checked there without anything else. */
export function writeGateFiles({ baseline, policy }: Gate, outDir: string): void {
  writeFileSync(join(outDir, BASELINE_FILE), `${JSON.stringify(baseline, null, 2)}\n`);
  writeFileSync(join(outDir, POLICY_FILE), policy.text);
}
