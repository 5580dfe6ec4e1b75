import type { Cause } from '../result/causes.ts';
import { count, counted } from '../result/format.ts';

/** Whether a cause shows each time, as far as it was asked again. */
export interface Steadiness {
  readonly word: 'steady' | 'intermittent' | 'asked once';
  /** How often it was seen, in words. */
  readonly text: string;
}

/** What asking again has shown of a cause: k of n. */
export function steadinessOf({ findings }: Pick<Cause, 'findings'>): Steadiness {
  const number = (how: string): number => findings.filter(({ reproduced }) => reproduced === how).length;
  const [again, fine] = [number('reproduced'), number('flaky')];
  if (fine > 0)
    return {
      word: 'intermittent',
      text: `seen again in ${count(again)} of ${count(again + fine)}, fine in ${count(fine)}`,
    };
  if (again > 0)
    return { word: 'steady', text: `seen again in ${count(again)} of ${counted(again, 'case')} asked again` };
  if (findings.length > 1) return { word: 'steady', text: `seen in ${counted(findings.length, 'case')}` };
  return { word: 'asked once', text: 'not asked again' };
}
