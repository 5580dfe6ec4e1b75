import type { ProfileFile } from './file.ts';

/** What a release takes that a profile may not give up, as sentences. */
export function releaseIssues({ profile, at, path }: ProfileFile): readonly string[] {
  const { sandbox, contract, capacity } = profile;
  return [
    ...(sandbox === undefined || sandbox === 'never'
      ? []
      : [
          `${at(['sandbox'])}: sandbox is ${sandbox}; a release never takes the embedded sandbox: say never.`,
        ]),
    ...(contract === undefined
      ? [`${path} has no contract tests; a release takes them: add contract:.`]
      : []),
    ...(contract?.strict === false
      ? [`${at(['contract', 'strict'])}: strict is false; a release is strict: say true.`]
      : []),
    ...(capacity === undefined
      ? [`${path} has no capacity; a release measures it: add capacity: with slo and max-rate.`]
      : []),
  ];
}
