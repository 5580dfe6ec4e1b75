import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { chromium, type Browser } from '@playwright/test';
import { aptInstall, installed } from './apt.ts';

const run = promisify(execFile);
const DOWNLOAD_LIMIT_MS = 60_000;
const INSTALLED_NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let found: Promise<string> | null = null;

/** Starts a Chromium for tests of pages; see `findBrowser` on which one. */
export async function launchBrowser(): Promise<Browser> {
  found ??= findBrowser();
  return chromium.launch({ executablePath: await found, args: ARGS });
}

/**
 * Path of a Chromium: the one that is named in CHROMIUM_PATH, Playwright's own, an installed one; else one is installed,
 * with apt as root on Debian, or by Playwright. A name that leads nowhere is a mistake, not a reason to look on.
 */
export async function findBrowser(environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const named = environment['CHROMIUM_PATH'] ?? '';
  if (named !== '') {
    if (existsSync(named)) return named;
    throw new Error(
      `CHROMIUM_PATH is ${named}, but there is no such file; set it to a Chromium or leave it empty.`,
    );
  }
  const path = environment['PATH'] ?? '';
  return (
    ownBrowser() ??
    installed(INSTALLED_NAMES, path) ??
    (await aptBrowser(path)) ??
    (await downloadedBrowser()) ??
    refuse()
  );
}

function ownBrowser(): string | null {
  const own = chromium.executablePath();
  return existsSync(own) ? own : null;
}

async function aptBrowser(path: string): Promise<string | null> {
  return (await aptInstall('chromium')) ? installed(INSTALLED_NAMES, path) : null;
}

async function downloadedBrowser(): Promise<string | null> {
  try {
    await run('npx', ['playwright', 'install', 'chromium'], { timeout: DOWNLOAD_LIMIT_MS });
  } catch {
    return null;
  }
  return ownBrowser();
}

function refuse(): never {
  throw new Error(
    'No Chromium was found and none could be installed: install one and set CHROMIUM_PATH to its path.',
  );
}
