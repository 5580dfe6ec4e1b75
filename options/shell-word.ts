/** A text as one word of a shell command: as it is where it is plain, else in quotes. */
export function quoted(word: string): string {
  return /^[A-Za-z0-9_./:,=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
