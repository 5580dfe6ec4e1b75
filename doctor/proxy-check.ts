import { NO_PROXY_VARIABLES, PROXY_VARIABLES, proxyText, type Proxy } from '../target/proxy.ts';
import { readEnvironment } from '../target/settings.ts';
import { absent, failed, passed, type CheckRow, type Outcome } from './check.ts';
import { targetOf, type DoctorContext } from './context.ts';
import type { TunnelAttempt } from './network.ts';
import { placeOf } from './place.ts';

/**
 * The question about a proxy. Where there is one it is what is nearest: name and connection of the target are its
 * matter, and TLS with the target is made through it.
 */
export const PROXY_CHECK: CheckRow<DoctorContext> = {
  id: 'proxy',
  title: 'Proxy',
  needs: ['settings', 'base-url'],
  cost: 'free',
  check: checkProxy,
};

async function checkProxy(context: DoctorContext): Promise<Outcome> {
  const target = targetOf(context);
  const { proxy } = target;
  if (proxy === null) return absent(withoutProxy(context));
  const { host, port, limitMs } = placeOf(target);
  const attempt = await context.network.tunnel(proxy, { host, port }, target.ca, limitMs);
  const facts = {
    variable: proxy.variable,
    proxy: proxyText(proxy),
    has_credentials: proxy.authorization !== null,
    status: attempt.failure?.status ?? 200,
  };
  if (attempt.failure !== null)
    return failed(attempt.failure.message, nextFor(proxy, attempt.failure, host), facts);
  return passed(
    `${proxy.variable} is used: ${proxyText(proxy)} opens a tunnel to ${host}:${port} in ${attempt.tookMs.toFixed(1)} ms`,
    facts,
  );
}

/** Variables that other programs read and this one does not, so that nobody waits for them to have an effect. */
const OTHERS = ['ALL_PROXY', 'all_proxy', 'HTTP_PROXY', 'http_proxy'];

function withoutProxy({ own, target }: DoctorContext): string {
  const set = readEnvironment(own);
  const isSet = (name: string): boolean => set[name] !== undefined;
  const isPlain = target?.baseUrl.startsWith('http:') === true;
  if (isPlain) return 'plain HTTP on loopback bypasses any proxy';
  const named = PROXY_VARIABLES.find(isSet);
  if (named !== undefined)
    return `${named} is set, and ${NO_PROXY_VARIABLES.find(isSet) ?? 'NO_PROXY'} covers this host, which bypasses it`;
  const other = OTHERS.find(isSet);
  return other === undefined
    ? 'no proxy is set for this host'
    : `${other} is set, which is not read here: HTTPS_PROXY names the proxy of an https target`;
}

/** The one thing to do about a proxy's own failure. */
function nextFor(
  { variable, authorization, isSecure }: Proxy,
  { trouble, message }: NonNullable<TunnelAttempt['failure']>,
  host: string,
): string {
  const owner = `Send this to the owner of the proxy: "${message}, at ${new Date().toISOString()}."`;
  switch (trouble) {
    case 'unreachable':
      return `Correct host and port in ${variable}, or list ${host} in NO_PROXY if it is reached without a proxy.`;
    case 'not-verified':
      return 'Name the authority that signed the certificate of the proxy in HARNESS_CA_FILE.';
    case 'credentials':
      return authorization === null
        ? `Give name and password of the proxy: ${variable}=http${isSecure ? 's' : ''}://NAME:PASSWORD@HOST:PORT.`
        : `Correct name and password in ${variable}; each special character in them is written as %XX.`;
    case 'not-http':
      return `Correct ${variable}: what listens there is no HTTP proxy${isSecure ? ' over TLS' : ''}.`;
    case 'silent':
    case 'cut':
    case 'refused':
    case 'no-way':
    case 'page':
      return owner;
  }
}
