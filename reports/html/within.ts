/**
 * The first rows that fit: at most `rowsMax`, and no more text than `bytesMax` on the page. The rest is for the caller
 * to count.
 */
export function within<T>(
  rows: readonly T[],
  rowsMax: number,
  bytesMax: number,
  textsOf: (row: T) => readonly string[],
): readonly T[] {
  let bytes = 0;
  const end = rows.findIndex((row, at) => {
    bytes += textsOf(row).reduce((sum, text) => sum + escapedBytes(text), 0);
    return at >= rowsMax || bytes > bytesMax;
  });
  return end === -1 ? rows : rows.slice(0, end);
}

/** Bytes that a text takes on the page once it is escaped, at most. */
export function escapedBytes(text: string): number {
  return Buffer.byteLength(text) + 5 * (text.match(/[&<"]/g)?.length ?? 0);
}
