import type { VNode } from 'preact';
import type { Mark } from '../../result/wording.ts';

const SIGN: Readonly<Record<Mark['tone'], string>> = {
  good: 'var(--good,#116b37)',
  bad: 'var(--bad,#b0231b)',
  warn: 'var(--warn,#7a4a00)',
  drift: 'var(--drift,#5a3ba6)',
  none: 'var(--none,#53606e)',
};

/** The verdict as a drawing, so that its colour holds on paper and where the style sheet is refused. */
export function Sign({ tone, icon }: Pick<Mark, 'tone' | 'icon'>): VNode {
  return (
    <svg class="sign" width={56} height={56} viewBox="0 0 56 56" aria-hidden="true">
      <circle cx={28} cy={28} r={28} fill={SIGN[tone]} />
      <text x={28} y={39} text-anchor="middle" font-size={32} font-weight={700} fill="var(--bg,#fff)">
        {icon}
      </text>
    </svg>
  );
}
