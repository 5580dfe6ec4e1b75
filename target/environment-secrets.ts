import { isRecord } from '../result/json.ts';
import { proxySecretsIn } from './proxy.ts';
import { Secret } from './secret.ts';
import type { Environment } from './settings.ts';

/** The secrets that an environment holds, whatever else is wrong with it: for a command that asks nobody. */
export function secretsIn(environment: Environment): readonly Secret[] {
  const keys = [environment['INTERACTLY_API_KEY'], environment['INTERACTLY_OTHER_KEY']];
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
