import type { Environment } from '../target/settings.ts';
import { isInRange } from './network.ts';

const BY_SCHEME: Readonly<Record<string, readonly string[]>> = {
  'https:': ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'],
  'http:': ['http_proxy', 'HTTP_PROXY', 'ALL_PROXY', 'all_proxy'],
};

/** The name of the variable that sends other programs through a proxy to this URL; null where none does. Never its value. */
export function proxyInTheWay(url: URL, own: Environment): string | null {
  const name = (BY_SCHEME[url.protocol] ?? []).find((one) => (own[one] ?? '') !== '');
  if (name === undefined) return null;
  const exceptions = [own['NO_PROXY'], own['no_proxy']].find((text) => (text ?? '') !== '') ?? '';
  return isExcepted(url, exceptions) ? null : name;
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
