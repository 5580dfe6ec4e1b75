import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { renderToString } from 'preact-render-to-string';
import { rankedCauses } from '../../result/causes.ts';
import { constraintRows } from '../../reports/constraints.ts';
import { heatOf } from '../../reports/html/charts/bands.ts';
import { rising } from '../../reports/html/charts/rate-chart.tsx';
import { chooseShown, type FindingChoice } from '../../reports/html/finding-choice.ts';
import { placeOf } from '../../reports/html/json-place.ts';
import { LatencyTable } from '../../reports/html/latency-table.tsx';
import { laidOut } from '../../reports/html/json-layout.ts';
import { renderHtml } from '../../reports/html/page.tsx';
import { reasonLinks } from '../../reports/html/reason-links.ts';
import { replayOf } from '../../reports/replay.ts';
import type { RunResult } from '../../result/result.ts';
import { contract, exchange, finding, outcome } from './contract-fixtures.ts';
import { GO, NO_GO, result, SEARCH } from './fixtures.ts';
import { step } from './load-fixtures.ts';

describe('the offending place', () => {
  const text = laidOut('{"a":[1,{"b":"x","c":{}}],"b":"first","~/":2,"cut":{"deep":"off');
  const rows: readonly (readonly [pointer: string, marked: string | null])[] = [
    ['/b', '"b": "first"'],
    ['/a/0', '1'],
    ['/a/1/b', '"b": "x"'],
    ['/a/1/c', '"c": {'],
    ['/a', '"a": ['],
    ['/~0~1', '"~/": 2'],
    ['/cut/deep', '"deep": "off'],
    ['/a/1/missing', '{'],
    ['/missing', null],
    ['', null],
  ];
  for (const [pointer, marked] of rows) {
    test(`${pointer === '' ? 'the whole' : pointer} is ${marked ?? 'not marked'}`, () => {
      const place = placeOf(text, pointer);
      assert.equal(place === null ? null : text.slice(...place), marked);
    });
  }

  test('is never looked for in what is no JSON', () => {
    assert.equal(placeOf('Internal "a" Server Error', '/a'), null);
  });

  test('is marked on the page', () => {
    assert.match(
      renderHtml(NO_GO),
      /<mark [^>]*>&quot;created_at&quot;: &quot;2026-11-24T01:00:03\.120Z&quot;<\/mark>/,
    );
  });
});

test('where the response gave a secret back is marked, in its headers and its body, and nowhere in the request', () => {
  const { response, ...rest } = exchange(200, '{"token":"[redacted]"}');
  assert.ok(response !== null);
  const headers = [...response.headers, ['x-key', '[redacted]'] as const];
  const leaked = (check: string): string =>
    renderHtml(
      result({
        contract: contract(
          [
            finding(1, 'failure', {
              check,
              response_path: null,
              exchange: { ...rest, response: { ...response, headers } },
            }),
          ],
          [outcome(1, 'failed')],
        ),
      }),
    );
  const marks = leaked('key-echo').match(/<mark title="A secret of ours stood here">\[redacted\]<\/mark>/g);
  assert.equal(marks?.length, 2);
  assert.match(leaked('key-echo'), /authorization: \[redacted\]/);
  assert.doesNotMatch(leaked('timestamp-zone'), /<mark/);
});

describe('cases by request constraint', () => {
  const outcomes = [
    { ...outcome(1), id: 'negative/command/enum-case', group: 'negative' },
    { ...outcome(1, 'failed'), id: 'negative/workflow_id/length-23', group: 'negative' },
    { ...outcome(1), id: 'negative/workflow_id/length-25', group: 'negative' },
    { ...outcome(1), id: 'positive/workflow_id/absent', group: 'positive' },
    { ...outcome(1, 'skipped'), id: 'lifecycle/whole', group: 'lifecycle' },
  ];

  test('are counted by field and constraint; what is about no field comes last', () => {
    assert.deepEqual(
      constraintRows(contract([], outcomes)).map(({ subject, constraint, total, counts }) => [
        subject,
        constraint,
        total,
        counts.failed,
      ]),
      [
        ['command', 'negative, enum', 1, 0],
        ['workflow_id', 'negative, length', 2, 1],
        ['workflow_id', 'positive', 1, 0],
        ['the whole request', 'lifecycle', 1, 0],
      ],
    );
  });
});

describe('the replay command', () => {
  test('keeps the seed and the sandbox settings, and nothing else, of the run', () => {
    const command = "npm start -- --fault a-b --latency exp:40ms --only 'x y' --budget-runs 9 --seed 7";
    assert.equal(
      replayOf({ ...GO.run, command, seed: 7 }, 'negative/workflow_id/length-23'),
      'npm run contract -- --replay negative/workflow_id/length-23 --fault a-b --latency exp:40ms --seed 7',
    );
  });

  test('quotes what a shell would read', () => {
    assert.match(replayOf(GO.run, "a'b; rm"), /--replay 'a'\\''b; rm' --seed 48211$/);
  });
});

const shownOf = ({ contract }: RunResult): FindingChoice =>
  chooseShown(rankedCauses(contract?.findings ?? []));

describe('reasons', () => {
  test('lead to their cause or scenario on the page', () => {
    const page = renderHtml(NO_GO);
    const links = NO_GO.reasons.map(reasonLinks(NO_GO, shownOf(NO_GO)));
    assert.equal(links.filter((id) => id !== null).length, 4);
    for (const id of links) if (id !== null) assert.ok(page.includes(` id="${id}"`), id);
  });

  test('of a run without findings lead nowhere', () => {
    const links = GO.reasons.map(reasonLinks(GO, shownOf(GO)));
    assert.ok(links.length >= 2);
    assert.ok(links.every((id) => id === null));
  });
});

describe('the heat map', () => {
  test('adds up to the latencies that were counted, however long the step', () => {
    for (const seconds of [10, 61, 3600]) {
      const heat = heatOf(step({ seconds, rate: 50 }).seconds);
      const total = heat?.columns.flatMap(({ counts }) => [...counts.values()]).reduce((a, b) => a + b);
      assert.equal(total, seconds * 50);
      assert.ok((heat?.columns.length ?? 0) <= 60);
    }
  });

  test('is left out where nothing was counted by band', () => {
    const rows = step({ seconds: 3 }).seconds.map((row) => ({ ...row, bands: [] }));
    assert.equal(heatOf(rows), null);
  });
});

test('a mean is a lower bound as soon as one request was not answered', () => {
  const whole = step();
  const meanOf = (censored: number): string => {
    const latency_us = { ...whole.latency_us, censored, mean: 123_000 };
    return renderToString(LatencyTable({ name: 'start', steps: [{ ...whole, latency_us }] }));
  };
  assert.match(meanOf(0), />123(\.0)?</);
  assert.match(meanOf(1), />≥ 123(\.0)?</);
});

describe('latency by throughput', () => {
  test('is drawn for commands asked at several rates, by rising rate', () => {
    const steps = [step({ name: 'b', rate: 90 }), step({ name: 'a', rate: 30 }), step({ command: 'stop' })];
    assert.deepEqual(
      rising(steps).map((own) => own.map(({ name }) => name)),
      [['a', 'b']],
    );
    assert.match(renderHtml(NO_GO), /Latency by throughput of start/);
    assert.doesNotMatch(renderHtml(result({ load: GO.load })), /Latency by throughput/);
  });
});

describe('deep links', () => {
  const idsOf = (html: string): readonly string[] =>
    [...html.matchAll(/<(?:figure|article|section|details)[^>]* id="([^"]+)"/g)]
      .map(([, id = '']) => id)
      .sort();

  test('to findings, scenarios and charts hold over re-rendering and from night to night', () => {
    const tonight = {
      ...NO_GO,
      run: { ...NO_GO.run, id: 'another', seed: 7, started_at: '2026-12-01T01:00:00.000Z' },
      contract: NO_GO.contract && { ...NO_GO.contract, findings: NO_GO.contract.findings.toReversed() },
    };
    const ids = idsOf(renderHtml(NO_GO));
    assert.deepEqual(idsOf(renderHtml(tonight)), ids);
    for (const chart of ['percentiles', 'seconds', 'heat', 'waiting'])
      assert.ok(ids.includes(`scenario-start-step-start-${chart}`), chart);
    assert.ok(ids.includes('scenario-start-rates-1'));
  });
});

describe('a capacity search', () => {
  const page = renderHtml(SEARCH);

  test('is told in words, with its knee and its collapse', () => {
    assert.match(
      page,
      /start holds latency_ms_p99 &lt; 250 up to 360\/s|start holds latency_ms_p99 < 250 up to 360\/s/,
    );
    for (const mark of ['capacity 360/s', 'knee 320/s', 'collapse 560/s'])
      assert.ok(page.includes(`>${mark}</text>`), mark);
  });

  test('lists each rate that was tried in its order, and says which could not be judged', () => {
    const rows = [...page.matchAll(/<th scope="row">(\d+)\/s<br\/?>/g)].map(([, rate]) => Number(rate));
    assert.deepEqual(rows, [20, 80, 160, 320, 640, 480, 400, 360, 360]);
    assert.match(page, /takes 299/);
  });

  test('shows pauses and processes of the generator', () => {
    assert.match(page, /412 pauses, 380 ms in all, the longest 12\.8 ms/);
    assert.match(page, /<dt>Processes that sent<\/dt><dd>4<\/dd>/);
  });

  test('draws the limit, and grey beyond what a sample carries', () => {
    assert.match(page, />latency_ms_p99 (?:<|&lt;) 250<\/text>/);
    assert.match(renderHtml(GO), /stroke="var\(--beyond,#8794a3\)"/);
  });
});
