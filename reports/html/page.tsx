import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { utc } from '../../result/format.ts';
import { readable } from '../readable.ts';
import type { RunResult } from '../../result/result.ts';
import { verdictMark } from '../../result/wording.ts';
import { ContractSection } from './contract.tsx';
import { FirstScreen } from './first-screen.tsx';
import { LoadSection } from './load.tsx';
import { Marked } from './parts.tsx';
import { SchemeButton, Shell } from './shell.tsx';
import { SpendSection } from './spend.tsx';

/**
 * Renders the report as one self-contained page that asks nothing of any network and runs no script but its own.
 * Pure: the same result is the same page, byte by byte. It shows what the result says and judges nothing.
 */
export function renderHtml(result: RunResult): string {
  return `<!doctype html>\n${renderToString(<Page result={readable(result)} />)}\n`;
}

function Page({ result }: { readonly result: RunResult }): VNode {
  return (
    <Shell
      title={`${verdictMark(result.verdict).word} · ${result.target.base_url} · ${utc(result.run.started_at)}`}
      verdict={result.verdict}
      skip={['verdict', 'Skip to the verdict']}
    >
      <PageHeader result={result} />
      <main>
        <FirstScreen result={result} />
        <ContractSection result={result} />
        <LoadSection load={result.load} />
        <SpendSection spend={result.spend} />
      </main>
      <PageFooter result={result} />
    </Shell>
  );
}

function PageHeader({ result }: { readonly result: RunResult }): VNode {
  return (
    <div class="top">
      <header>
        <h1>
          Workflow runs <span class="muted">· run {result.run.id}</span>
        </h1>
        <nav aria-label="Sections">
          <a href="#verdict">
            <Marked mark={verdictMark(result.verdict)} />
          </a>{' '}
          <a href="#contract">Contract</a> <a href="#load">Load</a> <a href="#spend">Spend</a>
        </nav>
        <SchemeButton />
      </header>
    </div>
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
