import type { FieldNames } from './echo.ts';

/** What makes a sentence a refusal by state, limit or absence, whatever it names: that is no judgement of a value. */
const OF_STATE =
  /\b(already|in progress|active|busy|locked|conflict|limit(s|ed)?|quota|concurren\w*|max(imum)?_?concurrent\w*|too many|exceed\w*|reached|exhausted|throttl\w*|not found|no such|(does not|doesn't|doesnt) exist|unknown run|expired|ended|finished|closed|terminated|terminal|state|status|not running|(cannot|can't) be (executed|applied|performed)|not yet|try again|retry|later|unavailable|permission|completed|cancel(l)?ed|paused|running|waiting|aborted|unauthori[sz]ed|credits?)\b/i;

/** Words that judge what follows them, and words that may stand between. */
const JUDGING =
  /^(missing|required?|invalid|unknown|unexpected|unsupported|unrecogni[sz]ed|malformed|illegal|bad|wrong|empty|undefined|extra|additional|disallowed|deserialize|unmarshal|parse|decode|validat\w*|convert)$/i;
const BETWEEN =
  /^(required|request|\w*request|body|json|input|payload|the|a|an|or|is|value|values|type|data|for|of|in|on|field|fields|s|key|keys|member|parameter|parameters|param|params|property|properties|argument|attribute|variant|named|name|failed|go|struct|error|array|object|string|map|into|from|null|not|chain|reference|through|token|present|supplied)$/i;
const WORDS_BETWEEN_MAX = 12;

/** What judges a field when it follows the name. */
const AFTER =
  /^["'`\])}]*\s?(?:\((?:body|json|string|object|map)\)\s?)?(?:(?:field|value|property|parameter|param|attribute|argument|key)\s)?(?:[:\-–—]\s?)?(?:(?:field|value)\s)?(?:is|are|was|were|must|should|shall|can ?not|can't|could not|may not|needs?|has to|have to|has (?:an?|wrong|the)|does not|doesn't|did not|expected|expects|expecting|required|missing|invalid|wrong|failed|failing|validation|not|none|null|extra|input should|instance type|value|type|unknown|unsupported|unexpected|too)\b/i;

/** `- 'miscellaneous'`, `instance['miscellaneous']`, `body/miscellaneous`: where schema validators put the place. */
const PLACED =
  /(?:\s[-–—]\s["'`]|\b[A-Z]\w{0,60}\[["'`]|(?:^|[\s"'`(])(?:#\/|\$\.|\/|(?:instance|body|data|request|payload|input|root|params?)[./[]["'`]?))$/i;

/** The documented field whose value a text judges, or null. A field that is only named, as a scope, is not judged. */
export function fieldJudgedBy(names: FieldNames, said: string): string | null {
  for (const sentence of sentencesOf(said)) {
    if (OF_STATE.test(sentence)) continue;
    const [first] = [...names.values()]
      .map((name) => ({ name, at: judgedAt(sentence, name) }))
      .filter(({ at }) => at !== -1)
      .sort((a, b) => a.at - b.at);
    if (first !== undefined) return first.name;
  }
  return null;
}

function sentencesOf(said: string): readonly string[] {
  return said.split(/\n|(?<=[^.\s]{2}[.!?;]) (?=[A-Z"'`])/).filter((sentence) => sentence.trim() !== '');
}

/** Where a sentence judges a field, or -1. */
function judgedAt(sentence: string, name: string): number {
  const spelled = name.split('_').join('[_\\s-]?');
  const pattern = new RegExp(`(?<![A-Za-z0-9_])${spelled}(?![A-Za-z0-9_])`, 'gi');
  for (const found of sentence.matchAll(pattern)) {
    const before = sentence.slice(Math.max(0, found.index - 160), found.index);
    const after = sentence.slice(found.index + found[0].length, found.index + found[0].length + 80);
    if (AFTER.test(after) || PLACED.test(before) || isJudgedBefore(before)) return found.index;
  }
  return -1;
}

/** True when the words before a name lead back to one that judges, with nothing of its own between. */
function isJudgedBefore(before: string): boolean {
  const words = before.split(/[^A-Za-z]+/).filter((word) => word !== '');
  for (const word of words.reverse().slice(0, WORDS_BETWEEN_MAX)) {
    if (JUDGING.test(word)) return true;
    if (!BETWEEN.test(word)) return false;
  }
  return false;
}
