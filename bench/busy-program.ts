/** A process that takes a core for so many seconds, as a target on the same machine or another shard would. */
const endMs = performance.now() + Number(process.argv[2] ?? '1') * 1000;
process.once('SIGTERM', () => process.exit(0));
function compute(): void {
  const turnEndMs = performance.now() + 50;
  while (performance.now() < turnEndMs);
  if (performance.now() < endMs) setImmediate(compute);
  else process.exit(0);
}
compute();
