import { rootCertificates } from 'node:tls';

/** The option of TLS that trusts the authorities of Node and one more (PEM). */
export function trusting(ca: string | null): { readonly ca?: string[] } {
  return ca === null ? {} : { ca: [...rootCertificates, ca] };
}
