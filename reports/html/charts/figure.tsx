import type { ComponentChildren, VNode } from 'preact';

interface FigureProps {
  /** Stable over re-rendering, so that a link to the chart holds. */
  readonly id: string;
  readonly title: string;
  /** Takes the whole width of its row. */
  readonly isWhole?: boolean;
  readonly children: ComponentChildren;
}

/** A chart with its name, a link to itself, and a button that the script shows to enlarge it. */
export function Figure({ id, title, isWhole = false, children }: FigureProps): VNode {
  return (
    <figure id={id} class={isWhole ? 'whole' : undefined}>
      <figcaption>
        {title}{' '}
        <a class="here" href={`#${id}`} aria-label={`Link to the chart ${title}`}>
          #
        </a>{' '}
        {isWhole ? null : (
          <button type="button" data-enlarges={id} aria-pressed="false" hidden>
            Enlarge
          </button>
        )}
      </figcaption>
      {children}
    </figure>
  );
}
