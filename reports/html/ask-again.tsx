import type { VNode } from 'preact';

/** How to ask a case again by hand. */
export function AskAgain({ isSandbox }: { readonly isSandbox: boolean }): VNode {
  return (
    <p class="muted">
      {isSandbox ? (
        'To ask a case again use its replay command, which starts a sandbox like this one; the sandbox of this run is gone, so a curl line shows the request and finds nobody.'
      ) : (
        <>
          A curl line takes the key from the shell: <code>export INTERACTLY_API_KEY=…</code> first. One that
          names a run of this night finds it stopped by now; the replay command, which takes the key from
          .env, starts a fresh one.
        </>
      )}
    </p>
  );
}
