/** What was decided about something that a run has seen. Types only. */

/** What was decided about a drift or a failure: it is expected until a day, for a reason. It changes no severity. */
export interface Acceptance {
  /** Whether it still held when the run began: its day has not passed, and a failure affects no more commands than then. */
  readonly state: 'accepted' | 'expired' | 'widened';
  /** Who accepted it; known of failures. */
  readonly by?: string;
  readonly reason: string;
  /** The day on which it was accepted, and the last on which that holds; UTC, like `2026-11-25`. */
  readonly accepted_at: string;
  readonly expires_at: string;
}
