import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { diskReason } from '../../result/disk.ts';
import type { ScenarioRecord } from './scenario-record.ts';

/**
 * Writes the raw histograms of each step: base64 of compressed HDR, which other tools can read and add up.
 * @returns why the disk took none of them, as a sentence; null where it did.
 */
export function saveHistograms(outDir: string, scenario: string, record: ScenarioRecord): string | null {
  try {
    writeHistograms(outDir, scenario, record);
    return null;
  } catch (error) {
    const why = diskReason(error);
    if (why === null) throw error;
    return `The histograms of ${scenario} can't be written to ${outDir}: ${why}. The figures of the result are whole.`;
  }
}

function writeHistograms(outDir: string, scenario: string, { stages }: ScenarioRecord): void {
  mkdirSync(outDir, { recursive: true });
  for (const stepStats of stages.flatMap(({ stats }) => stats)) {
    const content = {
      scenario,
      step: stepStats.name,
      encoding: 'HDR V2 compressed, base64',
      ...stepStats.encoded(),
    };
    writeFileSync(
      join(outDir, `${scenario}-${stepStats.name.replaceAll(/[^a-z0-9.-]+/gi, '-')}.hgrm.json`),
      `${JSON.stringify(content, null, 2)}\n`,
    );
  }
}
