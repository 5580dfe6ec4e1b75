/** Faults that can be committed at the same time without hiding each other: together they have over forty causes. */
export const MANY_FAULTS: readonly string[] = [
  ...['team-id-number', 'created-at-epoch', 'status-number', 'logical-id-number', 'comments-null'],
  ...['updated-by-number', 'created-by-list', 'inner-workflow-id-number', 'run-output-list', 'extra-field'],
  ...['data-201', 'pause-500', 'malformed-json-500', 'unknown-run-500', 'refused-key-500', 'allow-missing'],
  ...['any-scheme-accepted', 'key-prefix-accepted', 'key-in-header', 'put-accepted'],
  ...['updated-at-back', 'echo-trimmed', 'echo-numbers-as-strings', 'echo-threads-lost', 'echo-runtime-lost'],
  ...['unknown-command-accepted', 'upper-case-command-accepted', 'null-command-accepted'],
  ...['number-command-accepted', 'short-workflow-id-accepted', 'short-run-id-accepted'],
  ...['long-workflow-id-accepted', 'long-run-id-accepted', 'number-workflow-id-accepted'],
  ...['number-run-id-accepted', 'list-dynamic-variables-accepted', 'list-runtime-variables-accepted'],
  ...[
    'list-miscellaneous-accepted',
    'list-thread-to-node-inputs-accepted',
    'null-dynamic-variables-accepted',
  ],
  ...['null-runtime-variables-accepted', 'null-miscellaneous-accepted', 'string-dynamic-variables-accepted'],
  ...['number-runtime-variables-accepted', 'boolean-miscellaneous-accepted'],
];
