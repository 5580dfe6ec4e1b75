import { createHash } from 'node:crypto';
import type { ComponentChildren, VNode } from 'preact';
import type { VerdictWord } from '../../result/result.ts';
import { verdictMark } from '../../result/wording.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';

const POLICY = [
  "default-src 'none'",
  `style-src '${hashOf(STYLE)}'`,
  `script-src '${hashOf(SCRIPT)}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

interface ShellProps {
  readonly title: string;
  /** The verdict in the icon of the browser's tab; null for none. */
  readonly verdict: VerdictWord | null;
  /** Where the first link of the page leads, and its text. */
  readonly skip: readonly [id: string, text: string];
  readonly children: ComponentChildren;
}

/** What all pages share: the policy that refuses any network, the style sheet, the script, the skip link. */
export function Shell({ title, verdict, skip: [id, text], children }: ShellProps): VNode {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={POLICY} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>{title}</title>
        <link rel="icon" href={verdict === null ? 'data:,' : iconOf(verdict)} />
        <style dangerouslySetInnerHTML={{ __html: STYLE }} />
      </head>
      <body>
        <a class="skip" href={`#${id}`}>
          {text}
        </a>
        {children}
        <p id="status" class="unseen" role="status" />
        <script dangerouslySetInnerHTML={{ __html: SCRIPT }} />
      </body>
    </html>
  );
}

/** The switch between the light and the dark scheme; the script shows it. */
export function SchemeButton(): VNode {
  return (
    <button type="button" id="theme" hidden>
      Dark scheme
    </button>
  );
}

const ICON_COLOURS: Readonly<Record<string, string>> = { good: '#116b37', bad: '#b0231b', warn: '#b87503' };

/** The verdict as an icon for the browser's tab: a colour and a shape. */
function iconOf(verdict: VerdictWord): string {
  const { tone, icon } = verdictMark(verdict);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="16" fill="${ICON_COLOURS[tone] ?? '#53606e'}"/><text x="16" y="23" text-anchor="middle" font-size="20" font-weight="700" fill="#fff">${icon}</text></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
