import { isRecord } from '../result/json.ts';
import { Secret } from './secret.ts';
import type { Environment } from './settings.ts';

/** The secrets that an environment holds, whatever else is wrong with it: for a command that asks nobody. */
export function secretsIn(environment: Environment): readonly Secret[] {
  const keys = [environment['INTERACTLY_API_KEY'], environment['INTERACTLY_OTHER_KEY']];
  return [...keys.filter((key) => key !== undefined), ...headerValues(environment['INTERACTLY_HEADERS'])].map(
    (text) => new Secret(text),
  );
}

function headerValues(text: string | undefined): readonly string[] {
  try {
    const headers: unknown = JSON.parse(text ?? '{}');
    return isRecord(headers) ? Object.values(headers).filter((value) => typeof value === 'string') : [];
  } catch {
    return [];
  }
}
