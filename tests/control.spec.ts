import { ContractBroken, test } from './fixtures.ts';
import { isUnderCommandLine } from '../contract/run/plan.ts';

// The control's record reaches the result by its own file: whichever test came first has made it.
test('control › an ordinary start is accepted', ({ control }, testInfo) => {
  const failures = control.record.findings.filter((finding) => finding.severity === 'failure');
  if (failures.length > 0 && isUnderCommandLine(process.env)) testInfo.fail();
  if (failures.length > 0) throw new ContractBroken(failures);
  test.skip(control.inconclusive !== null, control.inconclusive?.sentence ?? '');
});
