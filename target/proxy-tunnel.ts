import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { proxyText, type Proxy } from './proxy.ts';
import { trusting } from './trusting.ts';

/** Where a tunnel leads. */
export interface TunnelEnd {
  readonly host: string;
  readonly port: number;
}

/** What a proxy did in place of opening a tunnel. */
export type ProxyTrouble =
  | 'unreachable'
  | 'not-verified'
  | 'silent'
  | 'cut'
  | 'credentials'
  | 'refused'
  | 'no-way'
  | 'page'
  | 'not-http';

/** The proxy's own failure: nothing has reached the target, and no key was written. */
export class ProxyError extends Error {
  readonly code = 'EPROXY';
  readonly trouble: ProxyTrouble;
  /** The status that the proxy gave; null where it gave none. */
  readonly status: number | null;

  constructor(trouble: ProxyTrouble, message: string, status: number | null = null) {
    super(message);
    this.trouble = trouble;
    this.status = status;
  }
}

const HEAD_BYTES_MAX = 16 * 1024;
const REASON_MAX = 60;
const CREDENTIALS_WANTED = 407;
const NO_WAY: readonly number[] = [502, 503, 504];

/** A tunnel that is being asked for. `first` is the connection to the proxy, to be given up when it takes too long. */
export interface Tunnel {
  readonly first: Socket;
  /** Settles with the connection on which TLS to the target may begin, or fails with a ProxyError. */
  readonly opened: Promise<Socket>;
  /** Gives up, with the words of what was being waited for. */
  giveUp(afterMs: number): void;
}

/**
 * Asks a proxy for a tunnel by CONNECT (RFC 9110, section 9.3.6). Of the target it gets host and port alone: TLS with the
 * target is made through the tunnel, and verified end to end.
 */
export function openTunnel(proxy: Proxy, to: TunnelEnd, ca: string | null): Tunnel {
  const named = nameOf(proxy);
  const target = to.host.includes(':') ? `[${to.host}]:${to.port}` : `${to.host}:${to.port}`;
  const first: Socket = proxy.isSecure
    ? connectTls({
        host: proxy.host,
        port: proxy.port,
        ...(isIP(proxy.host) === 0 ? { servername: proxy.host } : {}),
        ...trusting(ca),
      })
    : connectTcp({ host: proxy.host, port: proxy.port });
  first.setNoDelay(true);
  let isConnected = false;
  let fail: (error: ProxyError) => void = () => undefined;
  const opened = new Promise<Socket>((resolve, reject) => {
    const reader = headReader();
    const end = (): void => {
      first.off('data', read).off('error', broken).off('close', closed);
    };
    fail = (error) => {
      end();
      first.on('error', () => undefined); // what follows its end is of no interest
      first.destroy();
      reject(error);
    };
    const read = (chunk: Buffer): void => {
      const head = reader(chunk);
      if (head === null) return;
      const trouble = head === 'not-http' ? notHttp(named) : refusalOf(head, named, target);
      if (trouble !== null) {
        fail(trouble);
        return;
      }
      end();
      first.pause();
      resolve(first);
    };
    const broken = (error: Error): void => {
      fail(connectFailure(error, isConnected, named));
    };
    const closed = (): void => {
      fail(new ProxyError('cut', `${named} closed the connection before it answered CONNECT ${target}`));
    };
    first.on('data', read).on('error', broken).on('close', closed);
    first.once(proxy.isSecure ? 'secureConnect' : 'connect', () => {
      isConnected = true;
      first.write(connectHead(target, proxy));
    });
  });
  opened.catch(() => undefined); // whoever gave up does not wait for it any more
  return {
    first,
    opened,
    giveUp(afterMs) {
      const what = isConnected ? `did not answer CONNECT ${target}` : 'took no connection';
      fail(new ProxyError(isConnected ? 'silent' : 'unreachable', `${named} ${what} within ${afterMs} ms`));
    },
  };
}

const ENDED_CODES: readonly unknown[] = ['ECONNRESET', 'EPIPE'];
const LATE_CODE = 'ETIMEDOUT';

/**
 * What ended a connection before TLS stood. In a tunnel that was the proxy, or what lies behind it: no response of the API.
 * @param proxy null for a connection without a tunnel.
 */
export function inTunnel<Ended extends Error | null>(error: Ended, proxy: Proxy | null): Ended | ProxyError {
  const code: unknown = error !== null && 'code' in error ? error.code : null;
  const isLate = code === LATE_CODE;
  if (proxy === null || !(isLate || ENDED_CODES.includes(code))) return error;
  const what = isLate ? 'brought no TLS in time' : 'was closed before TLS stood';
  return new ProxyError(isLate ? 'silent' : 'cut', `the tunnel through ${nameOf(proxy)} ${what}`);
}

function nameOf(proxy: Proxy): string {
  return `the proxy of ${proxy.variable} (${proxyText(proxy)})`;
}

function connectHead(target: string, { authorization }: Proxy): string {
  const credentials = authorization === null ? '' : `proxy-authorization: ${authorization.reveal()}\r\n`;
  return `CONNECT ${target} HTTP/1.1\r\nhost: ${target}\r\n${credentials}\r\n`;
}

function connectFailure(error: Error, wasConnected: boolean, named: string): ProxyError {
  const code: unknown = 'code' in error ? error.code : undefined;
  const why = typeof code === 'string' ? code : error.message;
  if (wasConnected) return new ProxyError('cut', `${named} ended the connection (${why})`);
  return /CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS/.test(why)
    ? new ProxyError('not-verified', `the certificate of ${named} does not verify (${why})`)
    : new ProxyError('unreachable', `${named} takes no connection (${why})`);
}

function notHttp(named: string): ProxyError {
  return new ProxyError('not-http', `${named} answered CONNECT with something that is no HTTP response`);
}

interface Head {
  readonly status: number;
  readonly reason: string;
  readonly headers: string;
  /** What came behind the head. */
  readonly rest: Buffer;
}

/** Collects the head of the proxy's response; null until it is whole. */
function headReader(): (chunk: Buffer) => Head | 'not-http' | null {
  let bytes = Buffer.alloc(0);
  return (chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
    const at = bytes.indexOf('\r\n\r\n');
    const text = bytes.toString('latin1', 0, at === -1 ? bytes.length : at);
    if (!'HTTP/1.'.startsWith(text.slice(0, 7)) || (at === -1 && bytes.length > HEAD_BYTES_MAX))
      return 'not-http';
    if (at === -1) return null;
    const [, status, reason = ''] = /^HTTP\/1\.[01] (\d{3})(?: ([^\r]*))?/.exec(text) ?? [];
    if (status === undefined) return 'not-http';
    return { status: Number(status), reason, headers: text.toLowerCase(), rest: bytes.subarray(at + 4) };
  };
}

/** What a response to CONNECT says besides that the tunnel stands; null where it does. */
function refusalOf(
  { status, reason, headers, rest }: Head,
  named: string,
  target: string,
): ProxyError | null {
  const said = reason === '' ? '' : ` ${reason.replace(/[^\x20-\x7e]/g, '?').slice(0, REASON_MAX)}`;
  const reply = `${named} answered CONNECT ${target} with ${status}${said}`;
  if (status === CREDENTIALS_WANTED) return new ProxyError('credentials', reply, status);
  if (NO_WAY.includes(status)) return new ProxyError('no-way', reply, status);
  if (status < 200 || status > 299) return new ProxyError('refused', reply, status);
  // A login or captive portal takes any request for one of a page; a tunnel has no content, and the target speaks second.
  const isPage = /\ncontent-type: *text\/html/.test(headers) || rest.length > 0;
  return isPage ? new ProxyError('page', `${reply} and a page in place of a tunnel`, status) : null;
}
