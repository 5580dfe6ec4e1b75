import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { utc } from '../../result/format.ts';
import { readable } from '../readable.ts';
import type { RunResult } from '../../result/result.ts';
import { verdictMark } from '../../result/wording.ts';
import { Contents } from './contents.tsx';
import { Marked } from './parts.tsx';
import { sectionsOf } from './sections.tsx';
import { SchemeButton, Shell } from './shell.tsx';

/**
 * Renders the report as one self-contained page that asks nothing of any network and runs no script but its own.
 * Pure: the same result is the same page, byte by byte. It shows what the result says and judges nothing.
 */
export function renderHtml(result: RunResult): string {
  return `<!doctype html>\n${renderToString(<Page result={readable(result)} />)}\n`;
}

function Page({ result }: { readonly result: RunResult }): VNode {
  const sections = sectionsOf(result);
  return (
    <Shell
      title={`${verdictMark(result.verdict).word} · ${result.target.base_url} · ${utc(result.run.started_at)}`}
      verdict={result.verdict}
      skip={['verdict', 'Skip to the verdict']}
    >
      <PageHeader result={result} />
      <div class="page">
        <Contents sections={sections} />
        <main>{sections.map(({ view }) => view)}</main>
      </div>
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
        <p class="state">
          <a href="#verdict">
            <Marked mark={verdictMark(result.verdict)} />
          </a>
        </p>
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
