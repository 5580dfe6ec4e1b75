/** Invalid options or configuration: sentences, exit code 2, nothing sent. */
export class UsageError extends Error {
  readonly issues: readonly string[];

  constructor(issues: readonly string[]) {
    super(issues.join('\n'));
    this.issues = issues;
  }
}
