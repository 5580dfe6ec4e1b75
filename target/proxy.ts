import { BlockList, isIP } from 'node:net';
import type { Parsed } from '../options/option.ts';
import { Secret } from './secret.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** An HTTP proxy that a tunnel to the target is asked of. */
export interface Proxy {
  /** The variable that names it. */
  readonly variable: string;
  readonly host: string;
  readonly port: number;
  /** True when the proxy itself is spoken to over TLS. */
  readonly isSecure: boolean;
  /** The value of `proxy-authorization`; null without credentials. */
  readonly authorization: Secret | null;
}

/** Names of the variables of a proxy, and of its exceptions; the first that is set counts. */
export const PROXY_VARIABLES: readonly string[] = ['HTTPS_PROXY', 'https_proxy'];
export const NO_PROXY_VARIABLES: readonly string[] = ['NO_PROXY', 'no_proxy'];

/** Host and port as messages name them, without credentials. */
export function proxyText({ host, port }: Pick<Proxy, 'host' | 'port'>): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/**
 * The proxy for a target; null where none is set, NO_PROXY covers the host, or the target is plain http, which is taken
 * on loopback alone. A proxy that is not used is not looked at either.
 */
export function proxyFor(url: URL | null, environment: Environment): Parsed<Proxy | null> {
  const variable = firstSet(environment, PROXY_VARIABLES);
  if (url?.protocol !== 'https:' || variable === null) return { ok: true, value: null };
  const exceptions = firstSet(environment, NO_PROXY_VARIABLES);
  if (exceptions !== null && isExcepted(url, environment[exceptions] ?? '')) return { ok: true, value: null };
  return parseProxy(variable, environment[variable] ?? '');
}

function firstSet(environment: Environment, names: readonly string[]): string | null {
  return names.find((name) => (environment[name] ?? '').trim() !== '') ?? null;
}

function parseProxy(variable: string, given: string): Parsed<Proxy | null> {
  const url = urlOf(given);
  if (url === null || url.hostname === '')
    return wrong(`${variable} is not the URL of a proxy; give one like http://proxy.example:3128.`);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return wrong(
      `${variable} names a proxy of the kind ${url.protocol.slice(0, -1)}; give an http or https proxy, like http://proxy.example:3128.`,
    );
  const credentials = credentialsOf(url);
  if (credentials === null)
    return wrong(
      `${variable} holds credentials that can't be read; write each special character of name and password as %XX, such as %40 for @.`,
    );
  const isSecure = url.protocol === 'https:';
  return {
    ok: true,
    value: {
      variable,
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? (isSecure ? 443 : 80) : Number(url.port),
      isSecure,
      authorization:
        credentials === ''
          ? null
          : new Secret(`Basic ${Buffer.from(credentials, 'utf8').toString('base64')}`),
    },
  };
}

function wrong(message: string): Parsed<never> {
  return { ok: false, issues: [message] };
}

/** Host and port alone are an http proxy, as other programs read them. */
function urlOf(given: string): URL | null {
  const text = given.trim();
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  return URL.canParse(whole) ? new URL(whole) : null;
}

/** `name:password`, empty where there are none; null where they can't be decoded. */
function credentialsOf({ username, password }: URL): string | null {
  if (username === '' && password === '') return '';
  try {
    return `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  } catch {
    return null;
  }
}

const SHORTEST_NAME = 8;

/**
 * Everything in the variables of a proxy that is a secret, whether it is used or not: the password in both spellings,
 * the header value, and a name that is long enough not to be an ordinary word.
 */
export function proxySecretsIn(environment: Environment): readonly Secret[] {
  return PROXY_VARIABLES.flatMap((variable) => {
    const url = urlOf(environment[variable] ?? '');
    if (url === null || (url.username === '' && url.password === '')) return [];
    const decoded = credentialsOf(url);
    const password = decoded?.slice(decoded.indexOf(':') + 1) ?? '';
    const name = decoded?.slice(0, decoded.indexOf(':')) ?? '';
    return [
      password,
      url.password,
      decoded === null ? '' : Buffer.from(decoded, 'utf8').toString('base64'),
      name.length >= SHORTEST_NAME || password === '' ? name : '',
    ]
      .filter((text) => text !== '')
      .map((text) => new Secret(text));
  });
}

/** How programs read NO_PROXY: hosts and domains by their end, with a port or without, ranges of addresses, `*` for all. */
function isExcepted(url: URL, exceptions: string): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  return exceptions
    .split(/[\s,]+/)
    .filter((one) => one !== '')
    .some((one) => {
      if (one === '*') return true;
      if (one.includes('/')) return isInRange(host, one);
      const [, name = '', itsPort] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(asWritten(one)) ?? [];
      if (itsPort !== undefined && itsPort !== port) return false;
      const domain = name.toLowerCase().replace(/^\*?\./, '');
      return host === domain || (domain !== '' && host.endsWith(`.${domain}`));
    });
}

/** An IPv6 address without brackets has no port behind its last colon. */
function asWritten(text: string): string {
  const isBareIpv6 = !text.startsWith('[') && text.split(':').length > 2;
  return isBareIpv6 ? `[${text}]` : text;
}

/** True when an address lies in a range such as 10.0.0.0/8; false where the range can't be read. */
function isInRange(address: string, range: string): boolean {
  const [net = '', bits = ''] = range.split('/');
  const family = isIP(net);
  if (family === 0 || family !== isIP(address) || !/^\d{1,3}$/.test(bits)) return false;
  if (Number(bits) > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(net, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
  return list.check(address, family === 4 ? 'ipv4' : 'ipv6');
}
