import { parse as parseDotenv } from 'dotenv';
import { isRecord, jsonTypeOf } from '../result/json.ts';
import type { SchemaWorkflowRunRequest } from '../openapi/generated/workflow-runs.ts';
import { parseDurationMs } from '../options/duration.ts';
import type { Parsed } from '../options/option.ts';
import { envFileText, readIfThere } from './env-file.ts';
import { proxyFor, proxySecretsIn, type Proxy } from './proxy.ts';
import { Secret } from './secret.ts';

/** Names and texts, as the environment has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The configuration of one invocation, parsed. `baseUrl` is null when the embedded sandbox is to be asked. */
export interface Settings {
  readonly baseUrl: URL | null;
  readonly key: Secret | null;
  readonly workflowId: string | null;
  readonly runInput: SchemaWorkflowRunRequest;
  readonly headers: readonly { readonly name: string; readonly value: Secret }[];
  readonly allowHosts: readonly string[];
  readonly maxRuns: number;
  /** Null: the default, which depends on whether the target is on loopback. */
  readonly timeoutMs: number | null;
  readonly ca: string | null;
  /** A key of another team, for access across teams; null when none was given. */
  readonly otherKey: Secret | null;
  /** The key of the second deployment of `compare --live`, where it is another; null when none was given. */
  readonly keyB: Secret | null;
  /** Longest wait for one workflow run that is at work. */
  readonly patienceMs: number;
  /** False where single requests go out without `traceparent` (HARNESS_TRACE=off). */
  readonly traces: boolean;
  readonly loadCaps: LoadCaps;
  /** True where free control calls go among the load (HARNESS_CONTROLS=on). */
  readonly controls: boolean;
  /** Most connections that a load may open. */
  readonly connectionsMax: number;
  /** What the target is at, where it does not say so itself; null where nobody said. */
  readonly revision: string | null;
  /** The proxy for the target; null where none concerns it. */
  readonly proxy: Proxy | null;
  /** What is secret in the variables of a proxy. */
  readonly proxySecrets: readonly Secret[];
}

const BASE_URL = 'INTERACTLY_BASE_URL';
/** What nobody sets for the embedded sandbox. */
const TARGETED = ['INTERACTLY_API_KEY', 'INTERACTLY_WORKFLOW_ID', 'INTERACTLY_OTHER_KEY'];
const MAX_RUNS_DEFAULT = 200;
const CONNECTIONS_DEFAULT = 200;
const CONNECTIONS_DEFAULT_LOOPBACK = 2000;
const PATIENCE_DEFAULT_MS = 30_000;
const PATIENCE_MAX_MS = 600_000;
const INPUT_FIELDS = [
  'dynamic_variables',
  'runtime_variables',
  'miscellaneous',
  'thread_to_node_inputs',
] as const;
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
const RESERVED_HEADERS = [
  'authorization',
  'content-type',
  'content-length',
  'host',
  'connection',
  'transfer-encoding',
];

/**
 * The environment of this invocation: the process's own over the file `.env` in the working directory
 * (`HARNESS_ENV_FILE` names another, or none when it is `none`). An empty variable counts as unset, but an empty base URL
 * beside a key or a workflow stays: it is an issue, and a GO on the sandbox in its place would say nothing of the API.
 */
export function readEnvironment(own: Environment): Environment {
  const file = parseDotenv(envFileText(own));
  const set = (from: Environment): [string, string | undefined][] =>
    Object.entries(from).filter(([, value]) => value !== undefined && value !== '');
  const merged = Object.fromEntries([...set(file), ...set(own)]);
  const isEmptied = [own[BASE_URL], file[BASE_URL]].includes('') && merged[BASE_URL] === undefined;
  return isEmptied && TARGETED.some((name) => merged[name] !== undefined)
    ? { ...merged, [BASE_URL]: '' }
    : merged;
}

/** Parses the variables of the environment, all issues at once. Reads the files that they name; sends nothing. */
export function parseSettings(environment: Environment): Parsed<Settings> {
  const issues: string[] = [];
  const note = <T>(result: Parsed<T>, fallback: T): T => {
    if (result.ok) return result.value;
    issues.push(...result.issues);
    return fallback;
  };
  const get = (name: string): string | null => environment[name] ?? null;
  const baseUrl = note(parseBaseUrl(get('INTERACTLY_BASE_URL')), null);
  const key = note(parseKey('INTERACTLY_API_KEY', get('INTERACTLY_API_KEY')), null);
  const otherKey = note(parseOtherKey(get('INTERACTLY_OTHER_KEY'), key), null);
  const keyB = note(parseKey('INTERACTLY_API_KEY_B', get('INTERACTLY_API_KEY_B')), null);
  const workflowId = note(parseWorkflowId(get('INTERACTLY_WORKFLOW_ID')), null);
  if (baseUrl !== null || (get(BASE_URL) ?? '') !== '') {
    if (get('INTERACTLY_API_KEY') === null)
      issues.push(
        'INTERACTLY_API_KEY is not set: with INTERACTLY_BASE_URL a key is needed; take one from the dashboard, API Keys.',
      );
    if (get('INTERACTLY_WORKFLOW_ID') === null)
      issues.push(
        'INTERACTLY_WORKFLOW_ID is not set: with INTERACTLY_BASE_URL the workflow whose runs may be started is needed.',
      );
  }
  const settings: Settings = {
    baseUrl,
    key,
    workflowId,
    runInput: note(parseRunInput(get('INTERACTLY_RUN_INPUT')), {}),
    headers: note(parseHeaders(get('INTERACTLY_HEADERS')), []),
    allowHosts: (get('HARNESS_ALLOW_HOSTS') ?? '')
      .split(',')
      .map((host) => host.trim().toLowerCase())
      .filter((host) => host !== ''),
    maxRuns: note(parseMaxRuns(get('HARNESS_MAX_RUNS')), MAX_RUNS_DEFAULT),
    timeoutMs: note(parseTimeout(get('HARNESS_TIMEOUT')), null),
    ca: note(parseCa(get('HARNESS_CA_FILE')), null),
    otherKey,
    keyB,
    patienceMs: note(parsePatience(get('HARNESS_PATIENCE')), PATIENCE_DEFAULT_MS),
    traces: note(parseSwitch('HARNESS_TRACE', get('HARNESS_TRACE'), true), true),
    controls: note(parseSwitch('HARNESS_CONTROLS', get('HARNESS_CONTROLS'), false), false),
    connectionsMax:
      note(parseMaxConnections(get('HARNESS_MAX_CONNECTIONS')), null) ??
      (baseUrl === null || isLoopbackHost(baseUrl.hostname)
        ? CONNECTIONS_DEFAULT_LOOPBACK
        : CONNECTIONS_DEFAULT),
    proxy: note(proxyFor(baseUrl, environment), null),
    proxySecrets: proxySecretsIn(environment),
    revision: note(parseRevision(get('HARNESS_TARGET_REVISION')), null),
    loadCaps: note(parseLoadCaps(environment, baseUrl === null || isLoopbackHost(baseUrl.hostname)), NO_CAPS),
  };
  return issues.length === 0 ? { ok: true, value: settings } : { ok: false, issues };
}

function ok<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

function issue(message: string): Parsed<never> {
  return { ok: false, issues: [message] };
}

function parseBaseUrl(text: string | null): Parsed<URL | null> {
  if (text === null) return ok(null);
  if (text === '')
    return issue(
      'INTERACTLY_BASE_URL is empty although a key or a workflow is set; set INTERACTLY_BASE_URL=https://api-qa.interactly.ai or another target, or unset all of them to ask the embedded sandbox.',
    );
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    return issue(
      'INTERACTLY_BASE_URL is not an http or https URL; give one like https://api-qa.interactly.ai.',
    );
  if (url.username !== '' || url.password !== '')
    return issue('INTERACTLY_BASE_URL holds credentials; give the key in INTERACTLY_API_KEY instead.');
  if (url.search !== '' || url.hash !== '')
    return issue(
      'INTERACTLY_BASE_URL has a query or a fragment; give scheme, host and, if needed, a path prefix.',
    );
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname))
    return issue(
      `INTERACTLY_BASE_URL is plain http to ${url.hostname}; the key leaves this machine only over https.`,
    );
  const prefix = prefixBeforeOperation(url.pathname);
  if (prefix !== null)
    return issue(
      `INTERACTLY_BASE_URL already contains the path of the operation, which is added to it; set INTERACTLY_BASE_URL=${url.origin}${prefix} instead.`,
    );
  return ok(url);
}

function parseKey(name: string, text: string | null): Parsed<Secret | null> {
  if (text === null) return ok(null);
  if (/^\s*(authorization\s*:\s*)?bearer\b[\s:]/i.test(text))
    return issue(
      `${name} begins with the word Bearer, which is added to it; give the key alone: ${name}='KEY' without Bearer.`,
    );
  if (!/^[\x21-\x7e]+$/.test(text))
    return issue(`${name} holds a blank or a character that no header can carry; give the key alone.`);
  if (text.length < 8)
    return issue(`${name} has fewer than 8 characters, too few to be kept out of texts; give the whole key.`);
  return ok(new Secret(text));
}

/** A key that is the first again would show every access of our own as one across teams. */
function parseOtherKey(text: string | null, key: Secret | null): Parsed<Secret | null> {
  if (text !== null && text === key?.reveal())
    return issue(
      'INTERACTLY_OTHER_KEY is the same as INTERACTLY_API_KEY; give a key of another team, or leave it out.',
    );
  return parseKey('INTERACTLY_OTHER_KEY', text);
}

function parsePatience(text: string | null): Parsed<number> {
  if (text === null) return ok(PATIENCE_DEFAULT_MS);
  const ms = parseDurationMs(text);
  return ms !== null && ms > 0 && ms <= PATIENCE_MAX_MS
    ? ok(ms)
    : issue(`HARNESS_PATIENCE is "${text}"; give a duration with its unit, up to 10m, like 30s.`);
}

function parseSwitch(name: string, text: string | null, unset: boolean): Parsed<boolean> {
  if (text === null) return ok(unset);
  return text === 'on' || text === 'off'
    ? ok(text === 'on')
    : issue(`${name} is "${text}"; it takes on or off.`);
}

/** What stands before the operation's path, or before its beginning, in a base URL; null where neither is in it. */
function prefixBeforeOperation(pathname: string): string | null {
  return /^(.*?)\/+workflows\/+v1(?:\/|$)/i.exec(pathname)?.[1] ?? null;
}

function parseWorkflowId(text: string | null): Parsed<string | null> {
  if (text === null || lengthOf(text) === 24) return ok(text);
  return issue(
    `INTERACTLY_WORKFLOW_ID has ${lengthOf(text)} characters; the endpoint takes ids of exactly 24.`,
  );
}

/** Counted in code points, as JSON Schema does. */
function lengthOf(text: string): number {
  return Array.from(text).length;
}

function parseRunInput(path: string | null): Parsed<SchemaWorkflowRunRequest> {
  if (path === null) return ok({});
  const text = readIfThere(path);
  if (text === null)
    return issue(`INTERACTLY_RUN_INPUT names ${path}, which can't be read; give the path of a JSON file.`);
  const value = parseJson(text);
  if (!isRecord(value))
    return issue(
      `INTERACTLY_RUN_INPUT names ${path}, which is not a JSON object; give an object with ${INPUT_FIELDS.join(', ')}.`,
    );
  const wrong = Object.entries(value).filter(
    ([name, at]) => !INPUT_FIELDS.some((field) => field === name) || !isRecord(at),
  );
  if (wrong.length === 0) return ok(value);
  return {
    ok: false,
    issues: wrong.map(
      ([name, at]) =>
        `INTERACTLY_RUN_INPUT, ${path}: "${name}" (${jsonTypeOf(at)}) is not wanted there; only ${INPUT_FIELDS.join(', ')}, each an object.`,
    ),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function parseHeaders(text: string | null): Parsed<Settings['headers']> {
  if (text === null) return ok([]);
  const value = parseJson(text);
  if (!isRecord(value))
    return issue('INTERACTLY_HEADERS is not a JSON object; give one like {"teamid":"…"}.');
  const issues = Object.entries(value).flatMap(([name, at]) => {
    if (!HEADER_NAME.test(name) || RESERVED_HEADERS.includes(name.toLowerCase()))
      return [`INTERACTLY_HEADERS: "${name}" can't be set as an extra header; leave it out.`];
    return typeof at === 'string' && /^[\t\x20-\x7e]*$/.test(at)
      ? []
      : [`INTERACTLY_HEADERS: the value of "${name}" is not a printable string; give it as a JSON string.`];
  });
  if (issues.length > 0) return { ok: false, issues };
  return ok(Object.entries(value).map(([name, at]) => ({ name, value: new Secret(String(at)) })));
}

function parseMaxRuns(text: string | null): Parsed<number> {
  if (text === null) return ok(MAX_RUNS_DEFAULT);
  return /^[1-9]\d{0,6}$/.test(text)
    ? ok(Number(text))
    : issue(`HARNESS_MAX_RUNS is "${text}"; give a whole number from 1 to 9999999.`);
}

function parseMaxConnections(text: string | null): Parsed<number | null> {
  if (text === null) return ok(null);
  return /^[1-9]\d{0,4}$/.test(text)
    ? ok(Number(text))
    : issue(`HARNESS_MAX_CONNECTIONS is "${text}"; give a whole number from 1 to 99999.`);
}

function parseRevision(text: string | null): Parsed<string | null> {
  if (text === null || (text.length <= 120 && /^[\x20-\x7e]+$/.test(text))) return ok(text);
  return issue(
    'HARNESS_TARGET_REVISION is longer than 120 characters or not printable; give a tag, a build or a commit, like v1.4.2.',
  );
}

function parseTimeout(text: string | null): Parsed<number | null> {
  if (text === null) return ok(null);
  const ms = parseDurationMs(text);
  return ms !== null && ms > 0 && ms <= 600_000
    ? ok(ms)
    : issue(`HARNESS_TIMEOUT is "${text}"; give a duration with its unit, up to 10m, like 10s or 500ms.`);
}

function parseCa(path: string | null): Parsed<string | null> {
  if (path === null) return ok(null);
  const text = readIfThere(path);
  return text?.includes('-----BEGIN CERTIFICATE-----') === true
    ? ok(text)
    : issue(`HARNESS_CA_FILE names ${path}, which is no readable PEM certificate; give the path of one.`);
}

/** True for the names and addresses of this machine's loopback. */
export function isLoopbackHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** The most load that one invocation may send, whatever it is asked for; null for no cap. */
export interface LoadCaps {
  /** Arrivals per second. */
  readonly ratePerSecond: number | null;
  /** Requests of all kinds, warm-up and clean-up included. */
  readonly requests: number | null;
  /** Time in which load is sent, all scenarios together. */
  readonly durationMs: number | null;
}

/** No cap at all. */
export const NO_CAPS: LoadCaps = { ratePerSecond: null, requests: null, durationMs: null };

/** What counts outside loopback when nothing else is set: room for a night on a shared QA system, and no more. */
const OUTSIDE: LoadCaps = { ratePerSecond: 200, requests: 50_000, durationMs: 3_600_000 };

/** Parses the caps, all issues at once. On loopback, where nothing is paid for, only those that are set count. */
export function parseLoadCaps(
  environment: Readonly<Record<string, string | undefined>>,
  isLoopback: boolean,
):
  | { readonly ok: true; readonly value: LoadCaps }
  | { readonly ok: false; readonly issues: readonly string[] } {
  const issues: string[] = [];
  const number = (name: string): number | null => {
    const text = environment[name];
    if (text === undefined) return null;
    if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
    issues.push(`${name} is "${text}"; give a whole number from 1 to 999999999.`);
    return null;
  };
  const duration = environment['HARNESS_MAX_DURATION'];
  const durationMs = duration === undefined ? null : parseDurationMs(duration);
  if (duration !== undefined && (durationMs === null || durationMs <= 0))
    issues.push(`HARNESS_MAX_DURATION is "${duration}"; give a duration with its unit, like 30m.`);
  const set = {
    ratePerSecond: number('HARNESS_MAX_RATE'),
    requests: number('HARNESS_MAX_REQUESTS'),
    durationMs,
  };
  if (issues.length > 0) return { ok: false, issues };
  if (isLoopback) return { ok: true, value: set };
  return {
    ok: true,
    value: {
      ratePerSecond: set.ratePerSecond ?? OUTSIDE.ratePerSecond,
      requests: set.requests ?? OUTSIDE.requests,
      durationMs: set.durationMs ?? OUTSIDE.durationMs,
    },
  };
}

/** The secrets that an environment holds, whatever else is wrong with it: for a command that asks nobody. */
export function secretsIn(environment: Environment): readonly Secret[] {
  const keys = ['INTERACTLY_API_KEY', 'INTERACTLY_OTHER_KEY', 'INTERACTLY_API_KEY_B'].map(
    (name) => environment[name],
  );
  const texts = [
    ...keys.filter((key) => key !== undefined),
    ...headerValues(environment['INTERACTLY_HEADERS']),
  ];
  return [...texts.map((text) => new Secret(text)), ...proxySecretsIn(environment)];
}

function headerValues(text: string | undefined): readonly string[] {
  try {
    const headers: unknown = JSON.parse(text ?? '{}');
    return isRecord(headers) ? Object.values(headers).filter((value) => typeof value === 'string') : [];
  } catch {
    return [];
  }
}
