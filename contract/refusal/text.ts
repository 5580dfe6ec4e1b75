import { isRecord } from '../../result/json.ts';
import type { ApiResponse } from '../../api/exchange.ts';
import { foldName, isEcho, withoutEcho, type FieldNames, type Sent } from './echo.ts';

const DEPTH_MAX = 40;
const TEXTS_MAX = 200;
const MARKUP_MAX = 20_000;
const TEXT_MAX = 4000;
const SAID_MAX = 8000;
const GROUP_MAX = 240;
const SHORTEST_ECHO = 4;

/** Members of an error body that hold what was received, whatever it was. */
const RECEIVED =
  /^(input|rejected_?value|received|actual|given|request_?body|root_?data|data|body|payload|original|schema|parent_?schema|properties|definitions|\$defs|components|stack|stack_?trace|trace|traceback)$/i;
/** Members that are another each time, or say where and not why. */
const OF_THE_CALL =
  /^(timestamp|time|date|instance|path|url|uri|type_?uri|documentation_?url|help|href|request_?id|trace_?id|correlation_?id|x-.*)$/i;

/** True for a member of an error body that repeats the request or a schema, and gives no reason. */
export function isReceived(key: string, value: unknown, sent: Sent, names: FieldNames): boolean {
  if (isEcho(sent, value)) return true;
  if (!RECEIVED.test(key)) return false;
  return !isRecord(value) || !holdsMessages(value, names);
}

/** A container of messages by field, such as `{"json": {"command": ["Missing data."]}}`, under a name that echoes have too. */
function holdsMessages(value: unknown, names: FieldNames): boolean {
  if (!isRecord(value)) return false;
  return Object.entries(value).some(([key, child]) =>
    names.has(foldName(key)) ? Array.isArray(child) && child.some(isSentence) : key === 'errors',
  );
}

const isSentence = (value: unknown): boolean => typeof value === 'string' && /\s/.test(value.trim());

/** All that a refusal says in words, one line for each text, without what repeats the request. */
export function saidWithoutEcho(
  names: FieldNames,
  sent: Sent,
  response: Pick<ApiResponse, 'text' | 'body'>,
): string {
  const texts: string[] = [];
  if (response.body.kind === 'json') collect(texts, names, sent, '', response.body.value, 0);
  else texts.push(withoutMarkup(response.text.slice(0, MARKUP_MAX)));
  return texts
    .map((text) => withoutEcho(names, sent, text.slice(0, TEXT_MAX)))
    .filter((text) => text !== '')
    .join('\n')
    .slice(0, SAID_MAX);
}

function collect(
  texts: string[],
  names: FieldNames,
  sent: Sent,
  key: string,
  value: unknown,
  depth: number,
): void {
  if (depth > DEPTH_MAX || texts.length > TEXTS_MAX) return;
  if (isReceived(key, value, sent, names) || OF_THE_CALL.test(key)) return;
  if (typeof value === 'string') texts.push(value);
  else if (Array.isArray(value)) for (const item of value) collect(texts, names, sent, '', item, depth + 1);
  else if (isRecord(value))
    for (const [name, child] of Object.entries(value)) collect(texts, names, sent, name, child, depth + 1);
}

/** The text of an HTML or XML page; other text is left as it is. */
function withoutMarkup(text: string): string {
  if (!/<\/?[a-z!?][^>]*>/i.test(text)) return text;
  return text
    .replace(/<(script|style)\b[\s\S]*?<\/\1\s*>/gi, ' ')
    .replace(/<\/?(p|div|br|li|h\d|tr|td|title|pre|center|hr|body|head)\b[^>]*>/gi, '\n')
    .replace(/<[^>]*>/g, ' ');
}

/** What was said without what differs from call to call: times, ids, numbers, and whatever was ours. */
export function normalised(said: string, sent: Sent): string {
  let text = said;
  for (const value of sent.scalars.values())
    if (value.length >= SHORTEST_ECHO) text = text.replaceAll(value, ' ~ ');
  return text
    .replace(/\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?\s?(Z|[+-]\d\d:?\d\d)?)?/gi, '#')
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '#')
    .replace(/\b(?=[\w-]*\d)(?=[\w-]*[a-z])[\w-]{12,}={0,2}/gi, '#')
    .replace(/\bcanary\S*/g, '~')
    .replace(/\d+(\.\d+)?/g, '#')
    .replace(/(?:~\s*)+/g, '~ ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, GROUP_MAX);
}
