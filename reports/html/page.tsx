import { createHash } from 'node:crypto';
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { utc } from '../format.ts';
import { readable } from '../readable.ts';
import type { RunResult, VerdictWord } from '../result.ts';
import { VERDICTS } from '../words.ts';
import { ContractSection } from './contract.tsx';
import { FirstScreen } from './first-screen.tsx';
import { LoadSection } from './load.tsx';
import { SCRIPT } from './script.ts';
import { SpendSection } from './spend.tsx';
import { STYLE } from './style.ts';

/**
 * Renders the report as one self-contained page that asks nothing of any network and runs no script but its own.
 * Pure: the same result is the same page, byte by byte. It shows what the result says and judges nothing.
 */
export function renderHtml(result: RunResult): string {
  return `<!doctype html>\n${renderToString(<Page result={readable(result)} />)}\n`;
}

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

function Page({ result }: { readonly result: RunResult }): VNode {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={POLICY} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>{`${result.verdict} · ${result.target.base_url} · ${utc(result.run.started_at)}`}</title>
        <link rel="icon" href={iconOf(result.verdict)} />
        <style dangerouslySetInnerHTML={{ __html: STYLE }} />
      </head>
      <body>
        <a class="skip" href="#verdict">
          Skip to the verdict
        </a>
        <PageHeader result={result} />
        <main>
          <FirstScreen result={result} />
          <ContractSection contract={result.contract} />
          <LoadSection load={result.load} />
          <SpendSection spend={result.spend} />
        </main>
        <PageFooter result={result} />
        <p id="status" class="unseen" role="status" />
        <script dangerouslySetInnerHTML={{ __html: SCRIPT }} />
      </body>
    </html>
  );
}

function PageHeader({ result }: { readonly result: RunResult }): VNode {
  return (
    <header>
      <h1>
        Workflow runs <span class="muted">run {result.run.id}</span>
      </h1>
      <nav aria-label="Sections">
        <a href="#contract">Contract</a>
        <a href="#load">Load</a>
        <a href="#spend">Spend</a>
      </nav>
      <button type="button" id="theme" hidden>
        Dark scheme
      </button>
    </header>
  );
}

function PageFooter({ result }: { readonly result: RunResult }): VNode {
  const { host } = result.run;
  return (
    <footer>
      {`${result.tool.name} ${result.tool.version}, on ${host.platform} with ${host.cores} cores and Node ${host.node}. `}
      Bodies are cut for reading; result.json beside this page holds the whole, redacted when it was recorded.
    </footer>
  );
}

const ICON_COLOURS: Readonly<Record<string, string>> = { good: '#116b37', bad: '#b0231b', warn: '#b87503' };

/** The verdict as an icon for the browser's tab: a colour and a shape. */
function iconOf(verdict: VerdictWord): string {
  const { tone, icon } = VERDICTS[verdict];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="16" fill="${ICON_COLOURS[tone] ?? '#53606e'}"/><text x="16" y="23" text-anchor="middle" font-size="20" font-weight="700" fill="#fff">${icon}</text></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
