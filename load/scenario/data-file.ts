import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { parse as parseCsv } from 'csv-parse/sync';
import { isRecord } from '../../result/json.ts';

/** One row of a data file: a value for each column. */
export type Row = Readonly<Record<string, unknown>>;

/** A data file, or what is wrong with it as a sentence. */
export type ParsedData = { readonly rows: readonly Row[] } | { readonly issue: string };

const ROWS_MAX = 100_000;
const BYTE_ORDER_MARK = /^\uFEFF/;

/** Reads the rows of a data file: CSV whose first line names the columns, or JSON with an array of objects. */
export function readData(path: string): ParsedData {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    return wrong(path, "can't be read; give the path of a CSV or JSON file");
  }
  if (!isUtf8(bytes)) return wrong(path, 'is not in UTF-8; save it as UTF-8');
  const text = bytes.toString('utf8').replace(BYTE_ORDER_MARK, '');
  const parsed = path.toLowerCase().endsWith('.json') ? fromJson(path, text) : fromCsv(path, text);
  if ('issue' in parsed) return parsed;
  if (parsed.rows.length === 0)
    return wrong(path, 'holds no row; give at least one below the names of the columns');
  if (parsed.rows.length > ROWS_MAX) return wrong(path, `holds more than ${ROWS_MAX} rows; give fewer`);
  return parsed;
}

function fromJson(path: string, text: string): ParsedData {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return wrong(path, 'is not JSON; give an array of objects, or a CSV file');
  }
  return Array.isArray(value) && value.every(isRecord)
    ? { rows: value }
    : wrong(path, 'is not an array of objects; give one object a row');
}

function fromCsv(path: string, text: string): ParsedData {
  try {
    const rows: unknown[] = parseCsv(text, {
      columns: true,
      delimiter: ',',
      relax_column_count: false,
      skip_empty_lines: true,
      trim: false,
    });
    return { rows: rows.filter(isRecord) };
  } catch (error) {
    const why = error instanceof Error ? error.message : 'it is malformed';
    return wrong(path, `is not CSV: ${why}`);
  }
}

function wrong(path: string, what: string): ParsedData {
  return { issue: `--data names ${path}, which ${what.replace(/\.$/, '')}.` };
}
