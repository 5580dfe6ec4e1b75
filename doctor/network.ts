import { lookup } from 'node:dns/promises';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { checkServerIdentity, connect as connectTls, type DetailedPeerCertificate } from 'node:tls';
import type { Proxy } from '../target/proxy.ts';
import { inTunnel, openTunnel, ProxyError, type ProxyTrouble } from '../target/proxy-tunnel.ts';
import { describeTransportError } from '../target/transport-failure.ts';
import { trusting } from '../target/trusting.ts';

/** An address of the target. */
export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

/** How one connection attempt ended: null for connected, else the code and the words of the failure. */
export interface Attempt {
  readonly failure: { readonly code: string; readonly message: string } | null;
  readonly tookMs: number;
}

/** What a server showed when a TLS connection was made, whether it verifies or not. */
export interface Handshake {
  /** Null: it verifies. A code of Node's where it does not, or where no connection came about. */
  readonly failure: { readonly code: string; readonly message: string } | null;
  readonly certificate: Certificate | null;
  readonly protocol: string | null;
}

/** What is told of a certificate and of the chain above it. */
export interface Certificate {
  readonly subject: string;
  /** Names that it is for. */
  readonly names: readonly string[];
  /** The authority at the upper end of the chain as it was sent. */
  readonly authority: string;
  /** Epoch milliseconds. */
  readonly validFromMs: number;
  readonly validToMs: number;
  readonly chainLength: number;
}

/** The network below HTTP. Nothing is written to a connection. */
export interface Network {
  /** @throws the error of the resolver. */
  resolve(host: string): Promise<readonly Address[]>;
  connect(address: string, port: number, limitMs: number): Promise<Attempt>;
  handshake(
    address: string,
    port: number,
    host: string,
    ca: string | null,
    limitMs: number,
  ): Promise<Handshake>;
  /** Asks a proxy for a tunnel, and closes it. */
  tunnel(proxy: Proxy, to: Place, ca: string | null, limitMs: number): Promise<TunnelAttempt>;
  /** TLS with the target, in a tunnel of a proxy. */
  handshakeThrough(proxy: Proxy, to: Place, ca: string | null, limitMs: number): Promise<Handshake>;
}

/** Host and port of a target. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/** How asking a proxy for a tunnel ended; null for a tunnel. */
export interface TunnelAttempt {
  readonly failure: {
    readonly trouble: ProxyTrouble;
    readonly status: number | null;
    readonly message: string;
  } | null;
  readonly tookMs: number;
}

/** The network of this machine. */
export const NETWORK: Network = { resolve, connect, handshake, tunnel, handshakeThrough };

/** True for a host of a URL that is an address and no name. */
export function isAddress(host: string): boolean {
  return isIP(host) !== 0;
}

async function resolve(host: string): Promise<readonly Address[]> {
  const found = await lookup(host, { all: true, order: 'verbatim' });
  const seen = new Set<string>();
  return found.flatMap(({ address, family }) => {
    if (seen.has(address)) return [];
    seen.add(address);
    return [{ address, family: family === 6 ? 6 : 4 }] as const;
  });
}

function connect(address: string, port: number, limitMs: number): Promise<Attempt> {
  const began = performance.now();
  return new Promise((settle) => {
    const socket = connectTcp({ host: address, port });
    const end = (failure: Attempt['failure']): void => {
      clearTimeout(timer);
      socket.destroy();
      settle({ failure, tookMs: performance.now() - began });
    };
    const timer = setTimeout(() => {
      end({ code: 'ETIMEDOUT', message: `no connection within ${limitMs} ms` });
    }, limitMs);
    socket.once('connect', () => {
      end(null);
    });
    socket.on('error', (error) => {
      end({ code: codeOf(error), message: describeTransportError(error).message });
    });
  });
}

async function tunnel(proxy: Proxy, to: Place, ca: string | null, limitMs: number): Promise<TunnelAttempt> {
  const began = performance.now();
  const opened = await through(proxy, to, ca, limitMs);
  if (!(opened instanceof ProxyError)) opened.destroy();
  return {
    failure:
      opened instanceof ProxyError
        ? { trouble: opened.trouble, status: opened.status, message: opened.message }
        : null,
    tookMs: performance.now() - began,
  };
}

async function through(
  proxy: Proxy,
  to: Place,
  ca: string | null,
  limitMs: number,
): Promise<Socket | ProxyError> {
  const tunnel = openTunnel(proxy, to, ca);
  const timer = setTimeout(() => {
    tunnel.giveUp(limitMs);
  }, limitMs);
  try {
    return await tunnel.opened;
  } catch (error) {
    return error instanceof ProxyError ? error : new ProxyError('cut', describeTransportError(error).message);
  } finally {
    clearTimeout(timer);
  }
}

function handshake(
  address: string,
  port: number,
  host: string,
  ca: string | null,
  limitMs: number,
): Promise<Handshake> {
  return shake({ host: address, port }, host, ca, limitMs, null);
}

async function handshakeThrough(
  proxy: Proxy,
  to: Place,
  ca: string | null,
  limitMs: number,
): Promise<Handshake> {
  const opened = await through(proxy, to, ca, limitMs);
  return opened instanceof ProxyError
    ? { failure: { code: opened.code, message: opened.message }, certificate: null, protocol: null }
    : shake({ socket: opened }, to.host, ca, limitMs, proxy);
}

/** Trusts what the client for requests trusts, and looks at the certificate in any case. */
function shake(
  over: { readonly host: string; readonly port: number } | { readonly socket: Socket },
  host: string,
  ca: string | null,
  limitMs: number,
  proxy: Proxy | null,
): Promise<Handshake> {
  return new Promise((settle) => {
    const socket = connectTls({
      ...over,
      ...(isAddress(host) ? {} : { servername: host }),
      ...trusting(ca),
      checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate),
      rejectUnauthorized: false, // nothing is written; a certificate that does not verify is to be told
    });
    const end = (outcome: Handshake): void => {
      clearTimeout(timer);
      socket.destroy();
      settle(outcome);
    };
    const timer = setTimeout(() => {
      const message = `no TLS connection within ${limitMs} ms`;
      end({ failure: { code: 'ETIMEDOUT', message }, certificate: null, protocol: null });
    }, limitMs);
    socket.once('secureConnect', () => {
      const code = socket.authorized ? null : String(socket.authorizationError);
      end({
        failure: code === null ? null : { code, message: code },
        certificate: toCertificate(socket.getPeerCertificate(true)),
        protocol: socket.getProtocol(),
      });
    });
    const broken = (cause: Error): void => {
      const error = inTunnel(cause, proxy);
      const failure = { code: codeOf(error), message: describeTransportError(error).message };
      end({ failure, certificate: null, protocol: null });
    };
    socket.on('error', broken);
    socket.once('close', () => {
      broken(Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' }));
    });
  });
}

/** The code of an error of the network stack; empty where it has none. */
export function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

const CHAIN_MAX = 10;

function toCertificate(leaf: DetailedPeerCertificate): Certificate | null {
  // Node gives an empty object where the server sent no certificate.
  if (Object.keys(leaf).length === 0) return null;
  let [top, chainLength] = [leaf, 1];
  while (chainLength < CHAIN_MAX && isAnother(top)) {
    top = top.issuerCertificate;
    chainLength += 1;
  }
  const alternatives = (leaf.subjectaltname ?? '')
    .split(', ')
    .map((name) => name.replace(/^(DNS|IP Address):/, ''));
  const names = alternatives.filter((name) => name !== '');
  return {
    subject: nameOf(leaf.subject),
    names: names.length === 0 ? [nameOf(leaf.subject)] : names,
    authority: nameOf(top.issuer),
    validFromMs: Date.parse(leaf.valid_from),
    validToMs: Date.parse(leaf.valid_to),
    chainLength,
  };
}

/** The certificate at the upper end is its own issuer, or has none. */
function isAnother({ issuerCertificate, fingerprint256 }: Partial<DetailedPeerCertificate>): boolean {
  return issuerCertificate !== undefined && issuerCertificate.fingerprint256 !== fingerprint256;
}

function nameOf(names: Partial<DetailedPeerCertificate['subject']> | undefined): string {
  const name: unknown = names?.CN ?? names?.O ?? names?.OU;
  return Array.isArray(name)
    ? name.map(String).join(', ')
    : typeof name === 'string'
      ? name
      : '(without a name)';
}
