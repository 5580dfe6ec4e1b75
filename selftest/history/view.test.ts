/** What the nights before one tell about it: each situation with what is right to say. */
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { caseSet } from '../../history/case-set.ts';
import { flakyIn, nightsBroken } from '../../history/flaky.ts';
import type { NightRecord } from '../../history/night.ts';
import { viewOf } from '../../history/view.ts';
import type { ChangeDecision, HistoryView } from '../../result/history-view.ts';
import { normal, randomFrom } from '../../bench/nights.ts';
import { onDay } from './nights.ts';
import { nights, revision, SITUATIONS } from './situations.ts';

function view(records: readonly NightRecord[]): HistoryView {
  const told = viewOf(records, new Map());
  assert.ok(told !== null);
  return told;
}

function speed(records: readonly NightRecord[]): ChangeDecision {
  const [decision] = view(records).decisions;
  assert.equal(decision?.of, 'speed');
  return decision;
}

describe('the speed', () => {
  test('is no matter of a verdict before 14 nights', () => {
    const told = speed(nights(10, (day) => (day === 9 ? 3 : 1)));
    assert.equal(told.state, 'learning');
    assert.match(told.sentence, /^Learning, 9 of 14 nights/);
  });

  test('is quiet where nothing changed, also after a single slow night', () => {
    assert.equal(speed(nights(60)).state, 'quiet');
    assert.notEqual(speed(nights(60, (day) => (day === 59 ? 2 : 1))).state, 'confirmed');
  });

  test('that fell by a quarter is confirmed, with the night and the revision it began with', () => {
    const slow = (day: number): number => (day >= 56 ? 1.25 : 1);
    const told = speed(
      nights(60, slow, (day) => ({ revision: revision(day >= 56 ? 'build 4711' : 'build 4710') })),
    );
    assert.equal(told.state, 'confirmed');
    assert.match(
      told.sentence,
      /since 2026-10-27, the first night of build 4711 \(before it build 4710; 56 nights before and 4 since\)/,
    );
    const [effect, low, high] = told.effect ?? [0, 0, 0];
    assert.ok(low < 0.25 && high > 0.25 && effect > 0.15, told.sentence);
    const unknown = speed(nights(60, slow));
    assert.match(unknown.sentence, /between 2026-10-26 and 2026-10-27 \(the target tells no revision\)/);
  });

  test('that recovered is quiet again', () => {
    assert.equal(speed(nights(70, (day) => (day >= 40 && day < 50 ? 1.3 : 1))).state, 'quiet');
  });

  test('of another machine begins a new series, and says so', () => {
    const records = nights(
      60,
      (day) => (day >= 50 ? 1.4 : 1),
      (day) => {
        const { surroundings } = onDay(day);
        return { surroundings: { ...surroundings, cores: day >= 50 ? 16 : 4 } };
      },
    );
    assert.equal(speed(records).state, 'learning');
    assert.ok(
      view(records).marks.some(
        ({ kind, sentence: message }) =>
          kind === 'segment' && message.includes('number of cores was 4 and is 16'),
      ),
    );
  });

  test('is the environment where the control calls moved with it', () => {
    assert.equal(speed(SITUATIONS['environment']?.() ?? []).state, 'environment');
  });
});

test('a thousand nights are told within seconds and a small part of a page', () => {
  const told = view(nights(1000));
  assert.equal(told.nights.length, 1000);
  assert.ok(JSON.stringify(told).length < 300_000, `${JSON.stringify(told).length}`);
});

test('missing nights, revisions and changes are marked, each with a sentence', () => {
  const records = nights(
    60,
    (day) => (day >= 30 ? 1.5 : 1),
    (day) => ({ revision: revision(day >= 30 ? 'b' : 'a') }),
  );
  const { marks } = view(records.filter((_, day) => day !== 20));
  assert.deepEqual(marks.map(({ kind }) => kind).toSorted(), ['change', 'gap', 'revision']);
  assert.match(
    marks.find(({ kind }) => kind === 'change')?.sentence ?? '',
    /^2026-10-01: [45]\d[.\d]* % slower/,
  );
});

describe('a finding', () => {
  const cause = {
    fingerprint: 'f00000000001',
    check: 'run-identity',
    severity: 'failure',
    title: 'another run',
    accepted: false,
    first_seen: '2026-09-01T02:17:00.000Z',
    cases: caseSet(['case/1']),
  } as const;

  function seen(pattern: string, revisionAt: (day: number) => string = () => 'a'): readonly NightRecord[] {
    return pattern.split('').map((sign, day) => {
      const night = onDay(day, { revision: revision(revisionAt(day)) });
      assert.ok(night.contract !== null);
      const judged = sign === '?' ? caseSet([]) : caseSet(['case/1']);
      return {
        ...night,
        contract: { ...night.contract, judged_cases: judged, causes: sign === 'x' ? [cause] : [] },
      };
    });
  }

  test('that came and stayed away under one revision is flaky, as k of n with its interval', () => {
    const [flaky] = flakyIn(seen('.x.?.x..'));
    assert.deepEqual([flaky?.seen, flaky?.nights], [2, 7]);
    assert.ok((flaky?.low ?? 1) < 2 / 7 && (flaky?.high ?? 0) > 2 / 7);
  });

  test('that came with a new revision, or was never asked without it, is not', () => {
    assert.deepEqual(flakyIn(seen('....xxxx', (day) => (day >= 4 ? 'b' : 'a'))), []);
    assert.deepEqual(flakyIn(seen('??x?xxxx')), []);
    assert.deepEqual(flakyIn(seen('xxxx')), []);
  });

  test('of a target that does not say what it is has to turn twice', () => {
    assert.deepEqual(
      flakyIn(
        seen('....xxxx', () => '').map((night) => ({
          ...night,
          revision: { ...night.revision, declared: null },
        })),
      ),
      [],
    );
    const twice = seen('..x..x', () => '').map((night) => ({
      ...night,
      revision: { ...night.revision, declared: null },
    }));
    assert.equal(flakyIn(twice).length, 1);
  });

  test('is broken for as many nights in a row as it was asked and seen', () => {
    assert.deepEqual(nightsBroken(seen('x.xx?x')), { f00000000001: 3 });
  });
});

describe('control calls of the nights', () => {
  const random = randomFrom(23);
  const way = Array.from({ length: 60 }, () => Math.exp(0.06 * normal(random)));
  const gateway = Array.from({ length: 60 }, () => Math.exp(0.06 * normal(random)));
  const at = (kind: string, factor: number): NonNullable<NightRecord['controls']>['kinds'][number] => ({
    kind,
    sent: 20,
    latency_us: { count: 20, p50: Math.round(4000 * factor), p95: null },
  });

  /** Nights whose service shares the way with one kind of control calls; another kind ends at a gateway. */
  function paired(
    service: (day: number) => number,
    control: (day: number) => number = () => 1,
  ): readonly NightRecord[] {
    return nights(60, (day) => (way[day] ?? 1) * service(day)).map((night, day) => ({
      ...night,
      controls: {
        ledger: { sent: 40, answered: 40, failed: 0 },
        kinds: [at('refused method', gateway[day] ?? 1), at('invalid body', (way[day] ?? 1) * control(day))],
        notes: [],
      },
    }));
  }

  test('count by the kind that explains the most, and the page says how much', () => {
    const { controls, trends } = view(paired(() => 1));
    assert.equal(controls?.kind, 'invalid body');
    assert.equal(controls.nights, 59);
    assert.ok(controls.explained.every(({ share, is_ratio: isRatio }) => isRatio && (share ?? 0) > 0.4));
    assert.match(
      controls.sentence,
      /^Control calls \(invalid body\) explained .* all metrics are judged as a ratio/,
    );
    const without = view(paired(() => 1).map((night) => ({ ...night, controls: null })));
    assert.ok(
      (trends[0]?.seen_in.seven_nights ?? 1) < (without.trends[0]?.seen_in.seven_nights ?? 0),
      'less noise, and more is seen',
    );
    assert.equal(without.controls, undefined);
  });

  test('show a change that the noise would hide', () => {
    const slower = (day: number): number => (day >= 57 ? 1.14 : 1);
    assert.equal(speed(paired(slower)).state, 'confirmed');
  });

  test('that moved while the service did not are the environment', () => {
    const told = speed(
      paired(
        () => 1,
        (day) => (day >= 57 ? 1.6 : 1),
      ),
    );
    assert.equal(told.state, 'environment');
    assert.match(told.sentence, /while the service did not/);
  });

  test('are left aside on a night that has none: its times are judged as they were measured', () => {
    const slow = paired((day) => (day >= 56 ? 1.6 : 1));
    const last = slow.map((night, day) => (day === 59 ? { ...night, controls: null } : night));
    assert.equal(speed(last).state, 'confirmed');
    assert.equal(view(last).controls, undefined);
  });

  test('that share nothing, or are too few, are told and not used', () => {
    const apart = paired(() => 1).map((night, day) => ({
      ...night,
      controls: { ...(night.controls ?? assert.fail()), kinds: [at('refused method', gateway[day] ?? 1)] },
    }));
    assert.match(view(apart).controls?.sentence ?? '', /less than the 30 % from which on they count/);
    const young = paired(() => 1).map((night, day) => (day < 50 ? { ...night, controls: null } : night));
    assert.match(view(young).controls?.sentence ?? '', /^Control calls: learning, 9 of 14 nights/);
  });
});
