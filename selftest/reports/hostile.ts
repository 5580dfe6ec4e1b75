import type { RunResult } from '../../result/result.ts';

/** Strings that break out of markup, turn the reading direction, or are forbidden in XML. */
export const HOSTILE = [
  '<script>window.hurt=1</script>',
  '</script></style></title><img src=x onerror="window.hurt=1">',
  '"><svg onload=window.hurt=1>',
  "' onmouseover='window.hurt=1",
  ']]><injected/>',
  '\u202Egnp.exe\u202C',
  'NUL\0 and \u001B[31m red',
  'family 👨‍👩‍👧, flag 🇬🇧, lone \uD83D half',
  '| pipe | `tick` ``` fence\n# heading\r\n- list <b>bold</b>',
  '&amp; &#0; %3Cscript%3E https://evil.example.test/a.b?c=d',
  '',
];

/** Values that are words of the result's own vocabulary, and must stay. */
const VOCABULARY = new Set([
  ...['GO', 'NO-GO', 'INCONCLUSIVE', 'nobody', 'api', 'environment', 'harness', 'open', 'closed'],
  ...['failure', 'warning', 'drift', 'documented', 'entailed', 'standard', 'related', 'assumed'],
  ...[
    'reproduced',
    'flaky',
    'not-retried',
    'confirmed',
    'refuted',
    'not_seen',
    'met',
    'broken',
    'inconclusive',
  ],
  ...[
    'passed',
    'failed',
    'warned',
    'skipped',
    'ms',
    'ratio',
    'per_second',
    'count',
    'refused',
    'reset',
    'timeout',
  ],
  ...['accepted', 'expired'],
  ...['environment-down', 'too-few-samples', 'not-run', 'p50', 'p90', 'p95', 'p99', 'p999', 'max'],
]);

/** The same result with each free string, and each free key, replaced by what `text` gives for its number. */
export function spoilt(result: RunResult, text: (number: number) => string): RunResult {
  let number = 0;
  const spoil = (value: unknown): unknown => {
    if (typeof value === 'string') return VOCABULARY.has(value) ? value : text(number++);
    if (Array.isArray(value)) return value.map(spoil);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [/^\d+$/.test(key) ? text(number++) : key, spoil(one)]),
    );
  };
  return spoil(result) as RunResult;
}

/** A result whose every free string is hostile, each field in turn with each of them. */
export function hostile(result: RunResult, turn = 0): RunResult {
  return spoilt(result, (number) => HOSTILE[(number + turn) % HOSTILE.length] ?? '');
}

/** A result whose every free string is very long; 100 KB each, unless the result has too many of them. */
export function huge(result: RunResult, repeats = 17_000): RunResult {
  const tail = '<🙂&"\u202E'.repeat(repeats);
  return spoilt(result, (number) => `${number} ${tail}`);
}
