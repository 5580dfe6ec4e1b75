import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { chromium, type Browser } from '@playwright/test';
import { aptInstall, installed, thisMachine, type Machine } from './apt.ts';

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

/** How a browser is found where the machine has none on its PATH: Playwright's own, and its download. */
export interface Playwright {
  /** Path of Playwright's own Chromium, or null. */
  own(): string | null;
  /** Downloads it; nothing where that can't be done. */
  download(): Promise<void>;
}

const PLAYWRIGHT: Playwright = {
  own() {
    const own = chromium.executablePath();
    return existsSync(own) ? own : null;
  },
  async download() {
    await run('npx', ['playwright', 'install', 'chromium'], { timeout: DOWNLOAD_LIMIT_MS }).catch(() => null);
  },
};

/**
 * Path of a Chromium: the one that is named in CHROMIUM_PATH, Playwright's own, an installed one; else one is installed,
 * with apt as root on Debian, or by Playwright. A name that leads nowhere is an error, not a reason to look on.
 */
export async function findBrowser(
  machine: Machine = thisMachine(),
  playwright: Playwright = PLAYWRIGHT,
): Promise<string> {
  const named = machine.environment['CHROMIUM_PATH'] ?? '';
  if (named !== '') {
    if (existsSync(named)) return named;
    throw new Error(
      `CHROMIUM_PATH is ${named}, but there is no such file; set it to a Chromium or leave it empty.`,
    );
  }
  return (
    playwright.own() ??
    installed(INSTALLED_NAMES, machine) ??
    (await aptBrowser(machine)) ??
    (await downloadedBrowser(playwright)) ??
    refuse()
  );
}

async function aptBrowser(machine: Machine): Promise<string | null> {
  return (await aptInstall('chromium', machine)) ? installed(INSTALLED_NAMES, machine) : null;
}

async function downloadedBrowser(playwright: Playwright): Promise<string | null> {
  await playwright.download();
  return playwright.own();
}

function refuse(): never {
  throw new Error(
    'No Chromium was found and none could be installed: install one and set CHROMIUM_PATH to its path.',
  );
}
