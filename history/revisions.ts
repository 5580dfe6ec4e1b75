import { kindOfHeader } from '../result/version-headers.ts';
import type { NightRecord } from './night.ts';

/** One revision of the target, as a series of nights shows it. */
export interface Revision {
  /** The index of its first night. */
  readonly from: number;
  /** What is new with it, in words; empty where the target tells nothing. */
  readonly text: string;
}

/** What one night was told. */
interface Told {
  readonly declared: string | null;
  readonly versions: ReadonlyMap<string, ReadonlySet<string>>;
  readonly schema: string | null;
}

/** A canary that few requests reach is missed on a night; what was told so many nights ago is still known. */
const REMEMBERED_NIGHTS = 2;

/**
 * The revision of each night, of a series in the order of time. Several values of one header in one night are replicas, or a
 * deployment under way: a revision begins where a value comes that the nights just before had not. Which instance answered is
 * no revision, and a night that tells nothing is of the one before.
 */
export function revisionsOf(nights: readonly Pick<NightRecord, 'revision'>[]): readonly Revision[] {
  const remembered: Told[] = [];
  let now: Revision = { from: 0, text: '' };
  return nights.map((night, i) => {
    const told = toldBy(night);
    if (!tellsAnything(told)) return now;
    const fresh = remembered.length === 0 ? textsOf(told) : freshIn(told, remembered);
    if (fresh.length > 0) now = { from: remembered.length === 0 ? 0 : i, text: fresh.join(', ') };
    remembered.push(told);
    return now;
  });
}

/** What a target said it is, as one text; empty where it says nothing. */
export function revisionText(night: Pick<NightRecord, 'revision'>): string {
  return textsOf(toldBy(night)).join(', ');
}

function toldBy({
  revision: { declared, headers, schema_sha256: schema },
}: Pick<NightRecord, 'revision'>): Told {
  const versions = Object.entries(headers)
    .filter(([name]) => kindOfHeader(name) === 'version')
    .map(([name, values]) => [name, new Set(values.split(', '))] as const);
  return { declared, versions: new Map(versions), schema };
}

function tellsAnything({ declared, versions, schema }: Told): boolean {
  return declared !== null || versions.size > 0 || schema !== null;
}

function textsOf({ declared, versions, schema }: Told): readonly string[] {
  return [
    ...(declared === null ? [] : [declared]),
    ...[...versions].map(([name, values]) => `${name} ${[...values].join(', ')}`),
    ...(schema === null ? [] : [`schema ${schema.slice(0, 8)}`]),
  ];
}

/** What of a night the nights just before told otherwise; what none of them told is no change. */
function freshIn(told: Told, remembered: readonly Told[]): readonly string[] {
  const declared = remembered.findLast((one) => one.declared !== null)?.declared ?? null;
  const schema = remembered.findLast((one) => one.schema !== null)?.schema ?? null;
  const versions = [...told.versions].flatMap(([name, values]) => {
    const known = remembered
      .flatMap((one) => one.versions.get(name) ?? [])
      .slice(-REMEMBERED_NIGHTS)
      .flatMap((one) => [...one]);
    const fresh = known.length === 0 ? [] : [...values].filter((value) => !known.includes(value));
    return fresh.length === 0 ? [] : [`${name} ${fresh.join(', ')}`];
  });
  return [
    ...(told.declared !== null && declared !== null && told.declared !== declared ? [told.declared] : []),
    ...versions,
    ...(told.schema !== null && schema !== null && told.schema !== schema
      ? [`schema ${told.schema.slice(0, 8)}`]
      : []),
  ];
}
