/** Conducts the trials that its parent sends, one after the other, in one warm process. */
import { conduct, type Trial } from './trial.ts';

process.on('message', (trial: Trial) => {
  conduct(trial).then(
    (told) => process.send?.(told),
    (error: unknown) => {
      process.stderr.write(
        `${trial.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      );
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit(0));
