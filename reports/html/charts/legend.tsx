import type { VNode } from 'preact';

/** One entry of a legend: how it is drawn, and what it is. */
export interface Key {
  readonly label: string;
  readonly colour: string;
  readonly kind: 'line' | 'bar' | 'zone' | 'cross' | 'triangle';
  readonly dash?: string;
  readonly opacity?: number;
}

/** What is what in a drawing; each entry differs in shape or dash, not in colour alone. */
export function Legend({ keys }: { readonly keys: readonly Key[] }): VNode {
  return (
    <ul class="legend">
      {keys.map((key) => (
        <li>
          <svg width={26} height={12} viewBox="0 0 26 12" aria-hidden="true">
            <Sample of={key} />
          </svg>{' '}
          {key.label}
        </li>
      ))}
    </ul>
  );
}

function Sample({ of: { kind, colour, dash, opacity } }: { readonly of: Key }): VNode {
  switch (kind) {
    case 'line':
      return <path d="M0,6H26" stroke={colour} stroke-width={2} stroke-dasharray={dash} fill="none" />;
    case 'bar':
      return <rect x={7} y={1} width={12} height={10} fill={colour} fill-opacity={opacity} />;
    case 'zone':
      return (
        <rect
          x={2}
          y={1}
          width={22}
          height={10}
          fill={colour}
          fill-opacity={0.25}
          stroke={colour}
          stroke-dasharray="2 2"
        />
      );
    case 'cross':
      return <path d={crossAt(13, 6)} stroke={colour} stroke-width={1.8} fill="none" />;
    case 'triangle':
      return <path d={triangleAt(13, 6)} stroke={colour} stroke-width={1.5} fill="none" />;
  }
}

/** The mark of a failure, as a path. */
export function crossAt(x: number, y: number): string {
  return `M${x - 3},${y - 3}l6,6m0,-6l-6,6`;
}

/** The mark of a throttled response, as a path. */
export function triangleAt(x: number, y: number): string {
  return `M${x - 4},${y - 3}h8l-4,7z`;
}
