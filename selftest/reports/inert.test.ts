import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { Marked } from 'marked';
import { annotationsOf } from '../../reports/annotations.ts';
import { COMMENT_MARKER, renderComment } from '../../reports/comment.ts';
import { inertCode, inertJson, inertLine } from '../../reports/inert.ts';
import type { RunResult } from '../../result/result.ts';
import { contract, finding, outcome } from './contract-fixtures.ts';
import { DOWN, GO, MANY, NO_GO, result, SITUATIONS } from './fixtures.ts';
import { hostile, huge, spoilt } from './hostile.ts';

/** What a target could say to act on a code host, on its bots or on a CI system. */
const ACTING = [
  '@octocat please look',
  'ping @org/team, (@someone)',
  'see #123, GH-45 and owner/repo#6',
  'fixes https://github.com/o/r/issues/7',
  'www.evil.example.test/a and http://evil.example.test',
  'mail me@evil.example.test',
  '/retest\n/approve\n/lgtm',
  '\n/close\r\n@dependabot merge',
  '</code></pre><script>1</script><img src=x onerror=1>',
  '`code` **bold** [a](http://evil.example.test) ![b](c) <http://evil.example.test>',
  '<!-- interactly-workflow-runs-harness --> forged',
  '| cell | cell |\n|---|---|\n# heading\n- [ ] task',
  '&#64;octocat &commat;octocat %40octocat',
  '::set-output name=x::y',
  '\n::error title=x::forged\n::add-mask::a',
  '##[group]open ##[add-mask]secret ##vso[task.setvariable]x ##teamcity[x]',
  '\u2028::warning::forged\u0085::notice::forged\u000b::error::x',
  '\u001b]0;title\u0007\u001b[2J ::error::x',
  '$(touch x) `touch x` ; rm -rf /',
  ':tada: 5f2c1e9b7a6d4c3b2a1908f7e6d5c4b3a2918070',
];

const acting = (one: RunResult, turn: number): RunResult =>
  spoilt(one, (number) => ACTING[(number + turn) % ACTING.length] ?? '');

const ALL: readonly RunResult[] = [
  ...Object.values(SITUATIONS),
  ...[NO_GO, DOWN].flatMap((one) => ACTING.map((_, turn) => acting(one, turn))),
  ...[0, 1, 2, 3].map((turn) => hostile(NO_GO, turn)),
  huge(NO_GO, 500),
  acting(MANY, 0),
  MANY,
];

describe('the comment on a pull request', () => {
  test('begins with its marker, which stands there once, and stays under 60 KiB', () => {
    for (const one of ALL) {
      const text = renderComment(one);
      assert.ok(text.startsWith(`${COMMENT_MARKER}\n`));
      assert.equal(text.split(COMMENT_MARKER).length, 2);
      assert.ok(Buffer.byteLength(text) < 60 * 1024, String(Buffer.byteLength(text)));
    }
  });

  test('of a GO says that known failures are accepted, as the page does', () => {
    const acceptance = {
      state: 'accepted',
      reason: 'known',
      accepted_at: '2026-11-25',
      expires_at: '2026-12-31',
    } as const;
    const known = {
      ...GO,
      contract: contract([finding(1, 'failure', { acceptance })], [outcome(1, 'failed')]),
    };
    assert.match(renderComment(known), /except those that are known and accepted\./);
    assert.match(renderComment(GO), /All checks passed\./);
  });

  test('holds no text of the target that mentions, links or commands, neither as source nor as it is shown', () => {
    for (const one of ALL) {
      const text = renderComment(one);
      const source = text.slice(COMMENT_MARKER.length);
      assert.doesNotMatch(source, /@|https?:|www\.|\bGH-\d|##\w*\[|<!--/i, source);
      assert.doesNotMatch(source.replace(/&#\d+;/g, ''), /#\d/);
      assert.doesNotMatch(source, /^\s*\//m); // what bots take for a command begins a line
      const html = new Marked({ gfm: true }).parse(text, { async: false });
      assert.doesNotMatch(html, /<(a|img|script|input)\b/);
      const tags = new Set([...html.matchAll(/<\/?([a-z][a-z0-9]*)/gi)].map(([, tag]) => tag));
      const ours = [
        'h2',
        'p',
        'strong',
        'ul',
        'li',
        'code',
        'pre',
        'details',
        'summary',
        'table',
        'thead',
        'tbody',
        'tr',
        'th',
        'td',
      ];
      assert.deepEqual(
        [...tags].filter((tag) => !ours.includes(tag ?? '')),
        [],
      );
    }
  });

  test('shows the text as it is', () => {
    const title = 'a <b> | "c" `d` @e #1 *f*';
    const one = result({ contract: contract([finding(1, 'failure', { title })], [outcome(1, 'failed')]) });
    const html = new Marked({ gfm: true }).parse(renderComment(one), { async: false });
    const shown = html
      .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
      .replaceAll('&lt;', '<')
      .replaceAll('&quot;', '"');
    assert.ok(shown.includes(`<td><code>${title}</code></td>`), html);
    assert.match(shown, /<pre>npm run contract -- --replay [\w/-]+ --seed 48211<\/pre>/);
  });

  test('has the verdict, the reasons, the next step and how many causes it leaves out', () => {
    assert.match(renderComment(NO_GO), /^## ✗ NO-GO$/m);
    assert.match(renderComment(NO_GO), /\*\*Action: API owners\.\*\*/);
    assert.match(renderComment(DOWN), /^- Next: /m);
    assert.match(renderComment(MANY), /… and [\d,]+ more, in the report\./);
    assert.match(renderComment(GO), /^## ✓ GO$/m);
    assert.match(inertCode('x'.repeat(400), 300), /^<code>x{300}…<\/code>$/);
  });
});

/** What GitHub's runner makes of a line: a command with its parts, or nothing. */
function asCommand(
  line: string,
): { readonly name: string; readonly title: string; readonly data: string } | null {
  const found = /^::([a-z-]+)(?: ([^]*?))?::([^]*)$/.exec(line.trimStart());
  if (found === null) return null;
  const [, name = '', properties = '', data = ''] = found;
  const title = /(?:^|,)title=([^,]*)/.exec(properties)?.[1] ?? '';
  const back = (text: string): string =>
    text
      .replaceAll('%0D', '\r')
      .replaceAll('%0A', '\n')
      .replaceAll('%3A', ':')
      .replaceAll('%2C', ',')
      .replaceAll('%25', '%');
  return { name, title: back(title), data: back(data) };
}

describe('annotations', () => {
  test('are at most ten lines: nine causes, the worst first, and how many more there are', () => {
    const lines = annotationsOf(MANY);
    assert.equal(lines.length, 10);
    assert.ok(lines.slice(0, 9).every((line) => line.startsWith('::error title=NO-GO%3A failure%2C ')));
    assert.match(lines[9] ?? '', /^::notice title=NO-GO::[\d,]+ more in the report, index\.html\.$/);
    assert.deepEqual(annotationsOf(GO), []);
    assert.match(
      annotationsOf(DOWN)[0] ?? '',
      /^::warning title=INCONCLUSIVE%3A unknown%2C environment-down::/,
    );
  });

  test('are each one command of ours, whatever the target says', () => {
    for (const one of ALL)
      for (const line of annotationsOf(one)) {
        assert.doesNotMatch(line, /[\r\n\u2028\u2029\u0085\u000b\u000c\u001b]/);
        assert.doesNotMatch(line, /##\w*\[/);
        const command = asCommand(line);
        assert.ok(command !== null && ['error', 'warning', 'notice'].includes(command.name), line);
        assert.match(command.title, /^(GO|NO-GO|INCONCLUSIVE|NO VERDICT)/);
      }
  });

  test('are read back as the text that they say', () => {
    const title = '100% of, well: 5 :: and %0A';
    const one = result({ contract: contract([finding(1, 'failure', { title })], [outcome(1, 'failed')]) });
    assert.ok(asCommand(annotationsOf(one)[0] ?? '')?.data.startsWith(`${title} Again: npm run contract`));
  });
});

describe('a line of a log', () => {
  test('is one line and no command of any CI system', () => {
    for (const text of ACTING) {
      const line = inertLine(`  ${text}`);
      assert.doesNotMatch(line, /^\s*::|##\w*\[|[\r\n\u2028\u2029\u0085\u000b\u001b]/);
    }
    assert.equal(inertLine('  indented: as it was'), '  indented: as it was');
  });

  test('of JSON stays the same JSON', () => {
    const value = { a: ACTING, b: '##[error]' };
    const line = inertJson(JSON.stringify(value));
    assert.doesNotMatch(line, /##\w*\[/);
    assert.deepEqual(JSON.parse(line), value);
  });
});
