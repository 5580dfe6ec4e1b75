import type { VNode } from 'preact';
import type { PageSection } from './sections.tsx';

/** The column of contents: each section with what it holds. It stays in sight where there is room beside the page. */
export function Contents({ sections }: { readonly sections: readonly Omit<PageSection, 'view'>[] }): VNode {
  return (
    <nav class="contents" aria-label="Contents">
      <ul>
        {sections.map(({ id, title, count, tone }) => (
          <li>
            <a href={`#${id}`}>
              {title}{' '}
              {count === '' ? null : <span class={`badge ${count === '0' ? 'none' : tone}`}>{count}</span>}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
