import { test as setup } from './fixtures.ts';

// Everything else builds on an ordinary start. What it shows is judged in commands.spec.ts, so that a start that is
// accepted and breaks a rule keeps nothing else from being asked.
setup('an ordinary start is sent', async ({ engine }, testInfo) => {
  const { inconclusive, startAccepted } = await engine.control();
  const description = inconclusive?.sentence ?? (startAccepted ? 'accepted' : 'not accepted');
  testInfo.annotations.push({ type: 'control', description });
  setup.skip(inconclusive !== null, description);
});
