/**
 * JSON text with line breaks and indents between its tokens; each token stays as it was written, so that `1.0`, `1e400`
 * or a doubled key can be seen. Text that does not begin like JSON, or has its own line breaks, stays as it is.
 */
export function laidOut(text: string): string {
  if (!/^\s*[[{]/.test(text) || text.includes('\n')) return text;
  const tokens = text.match(TOKEN) ?? [];
  let depth = 0;
  let out = '';
  tokens.forEach((token, at) => {
    const next = tokens[at + 1] ?? '';
    if (token === '{' || token === '[') {
      if (next === '}' || next === ']') {
        out += token;
        return;
      }
      depth += 1;
      out += token + lineBreak(depth);
    } else if (token === '}' || token === ']') {
      const isEmpty = tokens[at - 1] === '{' || tokens[at - 1] === '[';
      if (!isEmpty) depth -= 1;
      out += isEmpty ? token : lineBreak(depth) + token;
    } else if (token === ',') out += token + lineBreak(depth);
    else if (token === ':') out += ': ';
    else out += token;
  });
  return out;
}

/** A token of JSON text; whitespace is between them. */
export const TOKEN = /"(?:[^"\\]|\\.)*"?|[{}[\],:]|[^\s"{}[\],:]+/g;
const DEPTH_MAX = 20;

function lineBreak(depth: number): string {
  return `\n${'  '.repeat(Math.max(0, Math.min(depth, DEPTH_MAX)))}`;
}
