import { proxyText } from '../target/proxy.ts';
import { absent, failed, passed, type CheckRow, type Outcome } from './check.ts';
import { targetOf, type DoctorContext } from './context.ts';
import { codeOf, isAddress, type Address, type Attempt, type Handshake } from './network.ts';
import { toOwner } from './owner.ts';
import { placeOf } from './place.ts';

/** The questions below HTTP: name, connection, certificate. Nothing is written to a connection. */
export const NETWORK_CHECKS: readonly CheckRow<DoctorContext>[] = [
  {
    id: 'name',
    title: 'Host name',
    needs: ['settings', 'base-url', 'proxy'],
    cost: 'local',
    check: checkName,
  },
  {
    id: 'tcp',
    title: 'TCP connection',
    needs: ['settings', 'base-url', 'name'],
    cost: 'free',
    check: checkTcp,
  },
  {
    id: 'tls',
    title: 'TLS certificate',
    needs: ['settings', 'base-url', 'tcp'],
    cost: 'free',
    check: checkTls,
  },
];

const DAY_MS = 86_400_000;
const DAYS_LEFT_NOTED = 14;

async function checkName(context: DoctorContext): Promise<Outcome> {
  const target = targetOf(context);
  const { host } = placeOf(target);
  if (target.proxy !== null) return absent(`the proxy ${proxyText(target.proxy)} looks it up`);
  try {
    const addresses = isAddress(host)
      ? [{ address: host, family: host.includes(':') ? 6 : 4 } as const]
      : await context.network.resolve(host);
    context.memory.addresses = addresses;
    const list = addresses.map(({ address }) => address);
    if (list.length === 0) return unresolved(host, 'no address');
    const what = isAddress(host) ? `${host} is an address` : `${host} is ${list.join(', ')}`;
    return passed(what, { addresses: list });
  } catch (error) {
    return unresolved(host, codeOf(error));
  }
}

function unresolved(host: string, code: string): Outcome {
  const isOurs = code === 'EAI_AGAIN';
  const why = isOurs ? 'the resolver of this machine gives no response' : 'no such name is known here';
  const next = isOurs
    ? `Check the network or VPN of this machine: getent hosts ${host} must print an address.`
    : 'Correct the host in INTERACTLY_BASE_URL, or join the network or VPN that knows it.';
  return failed(`${host} has no address: ${why} (${code})`, next, { code });
}

async function checkTcp(context: DoctorContext): Promise<Outcome> {
  const { proxy } = targetOf(context);
  if (proxy !== null) return absent(`the proxy ${proxyText(proxy)} makes it`);
  const { port, limitMs } = placeOf(targetOf(context));
  const { addresses } = context.memory;
  const attempts = await Promise.all(
    addresses.map(async (to) => ({ to, ...(await context.network.connect(to.address, port, limitMs)) })),
  );
  const live = attempts.filter(({ failure }) => failure === null);
  context.memory.live = live.map(({ to }) => to);
  const dead = attempts.filter(({ to, failure }) => failure !== null && !isFamilyAway(to, attempts));
  const facts = {
    port,
    live: live.map(({ to, tookMs }) => `${to.address} in ${tookMs.toFixed(1)} ms`),
    dead: attempts.flatMap(({ to, failure }) =>
      failure === null ? [] : [`${to.address}: ${failure.message}`],
    ),
  };
  const list = dead.map(({ to, failure }) => `${to.address} (${failure?.message ?? ''})`).join(', ');
  if (live.length === 0) return noConnection(context, port, list || facts.dead.join(', '), facts);
  if (dead.length > 0) {
    const next = toOwner(
      `${dead.length} of ${addresses.length} addresses of ${placeOf(targetOf(context)).host} take no connection on port ${port}: ${list}`,
      new Date(context.nowMs()),
    );
    const what = `${dead.length} of ${addresses.length} addresses take no connection on port ${port}: ${list}; the others do`;
    return failed(what, next, facts, false);
  }
  const away = attempts.length - live.length;
  const note =
    away === 0 ? '' : `; this machine has no IPv${live[0]?.to.family === 4 ? 6 : 4}, which is not needed`;
  return passed(`port ${port}: ${live.map(connectedText).join(', ')}${note}`, facts);
}

const NO_ROUTE: readonly string[] = ['ENETUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EHOSTUNREACH'];

/** A machine without IPv6 can't reach addresses of it, and does not need to where IPv4 works; the other way round too. */
function isFamilyAway(
  { family }: Address,
  attempts: readonly ({ readonly to: Address } & Attempt)[],
): boolean {
  const isNowhere = attempts
    .filter(({ to }) => to.family === family)
    .every(({ failure }) => failure !== null && NO_ROUTE.includes(failure.code));
  return isNowhere && attempts.some(({ to, failure }) => to.family !== family && failure === null);
}

function connectedText({ to, tookMs }: { readonly to: Address } & Attempt): string {
  return `${to.address} (IPv${to.family}) in ${tookMs.toFixed(1)} ms`;
}

function noConnection(
  context: DoctorContext,
  port: number,
  list: string,
  facts: { readonly dead: readonly string[] },
): Outcome {
  const { isLoopback, baseUrl } = targetOf(context);
  const isRefused = list.includes('ECONNREFUSED');
  const what = `no connection on port ${port}: ${list}`;
  if (isLoopback) {
    return failed(
      what,
      isRefused
        ? `Start the server that is to listen at ${baseUrl}, or correct the port in INTERACTLY_BASE_URL.`
        : `Look at the server at ${baseUrl}: it takes no connections.`,
      facts,
    );
  }
  return failed(
    what,
    isRefused
      ? 'Correct host and port in INTERACTLY_BASE_URL: the host is up and refuses connections there.'
      : `Let this machine out to port ${port}, by its firewall or VPN: nothing comes back from there.`,
    facts,
  );
}

async function checkTls(context: DoctorContext): Promise<Outcome> {
  const target = targetOf(context);
  const { host, port, isTls, limitMs } = placeOf(target);
  if (!isTls) return absent('plain HTTP, which is allowed on loopback only');
  const { proxy, ca } = target;
  const shown =
    proxy === null
      ? await Promise.all(
          context.memory.live.map(async ({ address }) => ({
            address,
            ...(await context.network.handshake(address, port, host, ca, limitMs)),
          })),
        )
      : [{ address: host, ...(await context.network.handshakeThrough(proxy, { host, port }, ca, limitMs)) }];
  const broken = shown.find(({ failure }) => failure !== null);
  if (broken !== undefined) {
    const at = shown.length === 1 ? '' : ` at ${broken.address}`;
    return tlsFailure(context, broken, host, at);
  }
  const [first] = shown;
  const certificate = first?.certificate ?? null;
  if (certificate === null) return passed('the connection verifies');
  const ends = Math.min(...shown.map((one) => one.certificate?.validToMs ?? certificate.validToMs));
  const days = Math.floor((ends - context.nowMs()) / DAY_MS);
  const soon = days <= DAYS_LEFT_NOTED ? ' only' : '';
  return passed(
    `for ${certificate.names.slice(0, 3).join(', ')}, by ${certificate.authority}, ${days} days left${soon}`,
    {
      days_left: days,
      authority: certificate.authority,
      names: certificate.names,
      protocol: first?.protocol ?? null,
      chain_length: certificate.chainLength,
    },
  );
}

const UNKNOWN_AUTHORITY: readonly string[] = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
  'INVALID_CA',
];

/** A certificate that does not verify, or no TLS at all. The key was not sent in any case. */
function tlsFailure(
  context: DoctorContext,
  { failure, certificate }: Handshake,
  host: string,
  at: string,
): Outcome {
  const code = failure?.code ?? '';
  const facts = { code, authority: certificate?.authority ?? null, names: certificate?.names ?? [] };
  const owner = (message: string): string => toOwner(message, new Date(context.nowMs()));
  if (certificate === null && code === 'EPROXY') {
    const message = failure?.message ?? '';
    return failed(message, `Send this to the owner of the proxy: "${message}"`, facts);
  }
  if (certificate === null)
    return failed(
      `no TLS connection${at} (${failure?.message ?? ''}): the port takes connections, but TLS does not come about`,
      owner(`TLS to ${host} fails with "${failure?.message ?? ''}"`),
      facts,
    );
  if (UNKNOWN_AUTHORITY.includes(code))
    return failed(
      `the certificate${at} is by "${certificate.authority}", an authority that is not known here (${code})`,
      `Save the certificate of "${certificate.authority}" as a PEM file and name it in HARNESS_CA_FILE.`,
      facts,
    );
  if (code === 'CERT_HAS_EXPIRED') {
    const day = new Date(certificate.validToMs).toISOString().slice(0, 10);
    const message = `The TLS certificate of ${host} expired on ${day}`;
    return failed(`the certificate${at} expired on ${day}`, owner(message), facts);
  }
  if (code === 'CERT_NOT_YET_VALID') {
    const from = new Date(certificate.validFromMs).toISOString();
    return failed(
      `the certificate${at} is valid from ${from} on, and here it is ${new Date(context.nowMs()).toISOString()}`,
      'Set the clock of this machine: timedatectl must say that it is synchronized.',
      facts,
    );
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const names = certificate.names.slice(0, 5).join(', ');
    return failed(
      `the certificate${at} is for ${names}, not for ${host}`,
      `Name a host of the certificate in INTERACTLY_BASE_URL: ${names}.`,
      facts,
    );
  }
  const message = `The TLS certificate of ${host} does not verify: ${code}`;
  return failed(`the certificate${at} does not verify: ${code}`, owner(message), facts);
}
