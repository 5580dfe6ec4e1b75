import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeOnce, type SetAside } from './files.ts';

const LABELS = 'labels';

const labelSchema = z
  .object({
    label_version: z.literal(1),
    /** The id of the night. */
    night: z.string(),
    label: z.enum(['real', 'false']),
    why: z.string(),
    labelled_at: z.string(),
  })
  .readonly();

/** What somebody found out about the alarm of a night: a change that was real, or a false alarm. */
export type Label = z.infer<typeof labelSchema>;

/** Writes a label into a file of its own, beside the records. */
export function writeLabel(dir: string, label: Label): string {
  const stem = `${label.labelled_at.slice(0, 19).replace(/[-:]/g, '')}Z-${label.night.replace(/[^A-Za-z0-9._-]/g, '_')}`;
  return writeOnce(join(dir, LABELS), stem, `${JSON.stringify(label)}\n`, dir);
}

/** The labels of a history by night; the last word on a night counts. */
export function readLabels(dir: string): {
  readonly labels: ReadonlyMap<string, Label>;
  readonly setAside: readonly SetAside[];
} {
  const read = namesIn(join(dir, LABELS)).map((name) => ({
    path: join(LABELS, name),
    label: labelIn(join(dir, LABELS, name)),
  }));
  const labels = read.flatMap(({ label }) => ('night' in label ? [label] : []));
  const setAside = read.flatMap(({ path, label }) => ('night' in label ? [] : [{ path, why: label.why }]));
  const inOrder = labels.toSorted((a, b) => a.labelled_at.localeCompare(b.labelled_at));
  return { labels: new Map(inOrder.map((label) => [label.night, label])), setAside };
}

function labelIn(path: string): Label | { readonly why: string } {
  try {
    const parsed = labelSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    return parsed.success ? parsed.data : { why: 'it is no label of this version' };
  } catch {
    return { why: "it can't be read as JSON" };
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json') && !name.startsWith('.'))
      .sort();
  } catch {
    return [];
  }
}
