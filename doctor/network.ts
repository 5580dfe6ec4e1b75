import { lookup } from 'node:dns/promises';
import { BlockList, connect as connectTcp, isIP } from 'node:net';
import { checkServerIdentity, connect as connectTls, type DetailedPeerCertificate } from 'node:tls';
import { trusting } from '../target/http-client.ts';
import { describeTransportError } from '../target/transport-failure.ts';

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
}

/** The network of this machine. */
export const NETWORK: Network = { resolve, connect, handshake };

/** True for a host of a URL that is an address and no name. */
export function isAddress(host: string): boolean {
  return isIP(host) !== 0;
}

/** True when an address lies in a range such as 10.0.0.0/8; false where the range can't be read. */
export function isInRange(address: string, range: string): boolean {
  const [net = '', bits = ''] = range.split('/');
  const family = isIP(net);
  if (family === 0 || family !== isIP(address) || !/^\d{1,3}$/.test(bits)) return false;
  if (Number(bits) > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(net, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
  return list.check(address, family === 4 ? 'ipv4' : 'ipv6');
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

/** Trusts what the client for requests trusts, and looks at the certificate in any case. */
function handshake(
  address: string,
  port: number,
  host: string,
  ca: string | null,
  limitMs: number,
): Promise<Handshake> {
  return new Promise((settle) => {
    const socket = connectTls({
      host: address,
      port,
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
    const broken = (error: Error): void => {
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
