import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * What of curl the lines of a finding use, for machines that have none: the words after the shell has read them are
 * sent as they are. A header `name:` is left out, `name;` is sent empty.
 */
const PROGRAM = `
import http from 'node:http';
const words = process.argv.slice(2);
let method = 'GET', url = '', body, headers = [];
for (let i = 0; i < words.length; i += 1) {
  const word = words[i];
  if (word === '-X') method = words[(i += 1)];
  else if (word === '-I') method = 'HEAD';
  else if (word === '-H') headers.push(words[(i += 1)]);
  else if (word === '--data-raw') body = words[(i += 1)];
  else if (word !== '-sS' && word !== '-i') url = word;
}
const flat = headers.flatMap((line) => {
  const empty = /^([^:]+);$/.exec(line);
  if (empty) return [[empty[1], '']];
  const at = line.indexOf(':');
  const value = line.slice(at + 1).trim();
  return value === '' ? [] : [[line.slice(0, at), value]];
});
const request = http.request(url, { method, agent: false });
for (const name of new Set(flat.map(([one]) => one)))
  request.setHeader(name, flat.filter(([one]) => one === name).map(([, value]) => value));
request.on('response', (response) => {
  process.stdout.write('HTTP/1.1 ' + response.statusCode + ' \\r\\n\\r\\n');
  response.pipe(process.stdout);
});
if (body !== undefined) request.setHeader('content-length', Buffer.byteLength(body));
request.end(body);
`;

/** Where the shell finds curl: this machine's path, or one with a stand-in at its front. */
export function pathWithCurl(): string {
  const path = process.env['PATH'] ?? '';
  try {
    execFileSync('sh', ['-c', 'command -v curl'], { env: { PATH: path }, stdio: 'ignore' });
    return path;
  } catch {
    const dir = mkdtempSync(join(tmpdir(), 'self-curl-'));
    writeFileSync(join(dir, 'curl.mjs'), PROGRAM);
    writeFileSync(
      join(dir, 'curl'),
      `#!/bin/sh\nexec '${process.execPath}' '${join(dir, 'curl.mjs')}' "$@"\n`,
    );
    chmodSync(join(dir, 'curl'), 0o755);
    return `${dir}:${path}`;
  }
}
