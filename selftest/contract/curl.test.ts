import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { deriveCases } from '../../contract/cases/catalogue.ts';
import { curlOf } from '../../contract/checks/curl.ts';
import { requestOf } from '../../contract/cases/case-request.ts';
import { type Subject } from '../../api/request.ts';
import { loadOperation } from '../../openapi/registry.ts';
import { runIdOf } from '../../api/response.ts';
import { post, startBody } from '../../api/request.ts';
import { openApiClient } from '../../target/send.ts';
import { pathWithCurl } from './curl-stand-in.ts';
import { KEY, targetAt, withSandbox, WORKFLOW } from './in-process.ts';

const operation = loadOperation();
const PATH = pathWithCurl();
const canary = { key: 'harness_canary_curl', value: 'canary-curl' };

/** The status line that a pasted line gives, in a plain POSIX shell that knows the key as a variable. */
function pasted(line: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const env = { PATH, INTERACTLY_API_KEY: KEY };
    execFile('sh', ['-c', line], { env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      const status = /^HTTP\/1\.1 (\d{3})/m.exec(stdout.replace(/^HTTP\/1\.1 100[^]*?\r\n\r\n/, ''))?.[1];
      if (status !== undefined) resolve(Number(status));
      else reject(new Error(`${line.slice(0, 300)}\n${stderr}${error?.message ?? ''}`));
    });
  });
}

test('each curl line, pasted into a shell, is answered as the harness was', async () => {
  await withSandbox([], async (sandbox) => {
    const target = targetAt(sandbox.url);
    const client = openApiClient(target);
    const begun = await client.send(
      post(operation, startBody({ workflowId: WORKFLOW, runInput: {}, liveRunId: null }, canary)),
    );
    const subject: Subject = { workflowId: WORKFLOW, runInput: {}, liveRunId: runIdOf(begun.response) };
    let compared = 0;
    const queue = [...deriveCases(operation)];
    const worker = async (): Promise<void> => {
      for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
        const request = requestOf(operation, one, subject, canary);
        assert.ok(request !== null, one.id);
        const { response, evidence } = await client.send(request);
        const line = curlOf(request, evidence.request);
        assert.ok(!line.includes(KEY), one.id);
        if ((evidence.request.body?.length ?? 0) < (request.body?.length ?? 0)) {
          assert.match(line, /# the body is cut/, one.id);
          continue;
        }
        assert.equal(await pasted(line), response?.status, `${one.id}: ${line.slice(0, 400)}`);
        compared += 1;
      }
    };
    try {
      await Promise.all([worker(), worker(), worker(), worker()]);
    } finally {
      await client.close();
    }
    assert.ok(compared > 200, `${compared} lines`);
  });
});
