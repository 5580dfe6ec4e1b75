import { counted } from '../result/format.ts';
import type { OpenLedger } from '../target/run-folder.ts';

const IDS_SHOWN = 5;

/** Some ids of runs, each with what started it, and how many more there are. */
export function idsText(ids: readonly string[], by: OpenLedger['by'] = {}): string {
  if (ids.length === 0) return '';
  const more = ids.length > IDS_SHOWN ? ` and ${ids.length - IDS_SHOWN} more` : '';
  const shown = ids.slice(0, IDS_SHOWN).map((id) => (by[id] === undefined ? id : `${id} (${by[id]})`));
  return `: ${shown.join(', ')}${more}`;
}

/** How many runs a killed run has left, as far as its ledger knows. */
export function leftText({ open, unknownStarts }: OpenLedger): string {
  const runs = open.length === 0 ? [] : [`${counted(open.length, 'workflow run')} not known to have ended`];
  const lost = unknownStarts === 0 ? [] : [`${counted(unknownStarts, 'start')} without a response`];
  return [...runs, ...lost].join(', and ');
}

/** What the first lines of a run say of what killed runs have left at the same target. */
export function leftLines(left: readonly OpenLedger[]): readonly string[] {
  const open = left.filter(({ isAtWork }) => !isAtWork);
  if (open.length === 0) return [];
  return [
    ...open.map((ledger) => `left by an earlier run: ${leftText(ledger)}, in ${ledger.folder}`),
    'To see what is left: npm run sweep. To stop it: npm run sweep -- --yes',
  ];
}
