import { generate } from 'selfsigned';

/** A certificate with its key, signed by itself, for these names and for 127.0.0.1. */
export async function certificateFor(
  ...names: readonly string[]
): Promise<{ readonly key: string; readonly cert: string }> {
  const pems = await generate([{ name: 'commonName', value: names[0] ?? 'here' }], {
    keySize: 2048,
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: [{ type: 7, ip: '127.0.0.1' }, ...names.map((value) => ({ type: 2 as const, value }))],
      },
    ],
  });
  return { key: pems.private, cert: pems.cert };
}
