import type { VNode } from 'preact';

/** How to ask a case again by hand. */
export function SendAgain({ isSandbox }: { readonly isSandbox: boolean }): VNode {
  return (
    <p class="muted">
      {isSandbox ? (
        'To ask a case again use its replay command, which starts a sandbox like this one; the sandbox of this run is gone, so a curl line shows the request and finds nobody.'
      ) : (
        <>
          Paste the curl lines into a shell, after <code>export INTERACTLY_API_KEY=…</code>: where the call is
          to a run, they start one, bring it to where it was, send the call and stop the run; a run that the
          call itself starts is stopped too. The replay command takes the key from .env, and says whether the
          finding is still there.
        </>
      )}
    </p>
  );
}
