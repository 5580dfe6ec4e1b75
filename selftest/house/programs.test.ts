import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { aptInstall, installed, type Machine } from '../apt.ts';
import { findBrowser, type Playwright } from '../browser.ts';
import { findCurl } from '../curl.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'programs-'));
  mkdirSync(join(folder, 'bin'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A machine that has nothing but an apt-get, which notes how it is called and does what the line says. */
function machine(line: string, over: Partial<Machine> = {}): Machine {
  const log = join(folder, 'calls');
  program('apt-get', `echo "$DEBIAN_FRONTEND apt-get $*" >> '${log}'\n${line}`);
  return { environment: { PATH: join(folder, 'bin') }, userId: 0, isDebian: true, ...over };
}

function program(name: string, line: string): string {
  const path = join(folder, 'bin', name);
  writeFileSync(path, `#!/bin/sh\n${line}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** An apt-get that installs a program of the package's name, or of another. */
function installing(name: string): string {
  return `[ "$1" = install ] && echo '#!/bin/sh' > '${join(folder, 'bin', name)}'; exit 0`;
}

function calls(): readonly string[] {
  const log = join(folder, 'calls');
  return existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : [];
}

function calledFor(name: string): readonly string[] {
  return ['update', `install -y --no-install-recommends ${name}`].map(
    (args) => `noninteractive apt-get ${args}`,
  );
}

const NO_PLAYWRIGHT: Playwright = { own: () => null, download: () => Promise.resolve() };

describe('a missing browser', () => {
  test('is installed with apt by root on Debian, without a question', async () => {
    const found = await findBrowser(machine(installing('chromium')), NO_PLAYWRIGHT);
    assert.equal(found, join(folder, 'bin', 'chromium'));
    assert.deepEqual(calls(), calledFor('chromium'));
  });

  test('is downloaded by Playwright where apt can not help', async () => {
    for (const [line, over] of [
      ['exit 100', {}],
      ['exit 0', {}], // says that it has, and has not
      [installing('chromium'), { userId: 1000 }],
      [installing('chromium'), { isDebian: false }],
    ] as const) {
      let downloads = 0;
      const playwright: Playwright = {
        own: () => (downloads === 0 ? null : '/somewhere/chrome'),
        download: () => Promise.resolve(void (downloads += 1)),
      };
      assert.equal(await findBrowser(machine(line, over), playwright), '/somewhere/chrome');
      assert.equal(downloads, 1);
    }
  });

  test('that can not be had is told in one sentence', async () => {
    await assert.rejects(findBrowser(machine('exit 100'), NO_PLAYWRIGHT), {
      message: /^No Chromium was found and none could be installed: .*CHROMIUM_PATH to its path\.$/,
    });
  });
});

describe('a browser that is there', () => {
  test('is taken as it is: the named one, Playwright’s own, the one on the path', async () => {
    const path = program('google-chrome', 'exit 0');
    const here = machine('exit 0');
    const own: Playwright = { ...NO_PLAYWRIGHT, own: () => '/own/chrome' };
    const named: Machine = { ...here, environment: { ...here.environment, CHROMIUM_PATH: path } };
    assert.equal(await findBrowser(here, NO_PLAYWRIGHT), path);
    assert.equal(await findBrowser(here, own), '/own/chrome');
    assert.equal(await findBrowser(named, own), path);
    assert.deepEqual(calls(), []);
  });

  test('is not looked for where a name leads nowhere', async () => {
    const named: Machine = { ...machine('exit 0'), environment: { CHROMIUM_PATH: join(folder, 'none') } };
    await assert.rejects(findBrowser(named, NO_PLAYWRIGHT), {
      message: /CHROMIUM_PATH is .*, but there is no such file/,
    });
    assert.deepEqual(calls(), []);
  });
});

test('a missing curl is installed with apt, and one that is there is taken', async () => {
  const here = machine(installing('curl'));
  const path = join(folder, 'bin', 'curl');
  assert.equal(await findCurl(here), path);
  assert.deepEqual(calls(), calledFor('curl'));
  assert.equal(await findCurl(here), path);
  assert.equal(calls().length, 2);
  assert.equal(installed(['wget', 'curl'], here), path);
});

test('apt is never called by anybody but root on Debian', async () => {
  for (const over of [{ userId: 1000 }, { userId: null }, { isDebian: false }])
    assert.equal(await aptInstall('curl', machine(installing('curl'), over)), false);
  assert.deepEqual(calls(), []);
});
