import { resolve } from 'node:path';
import { systemClock } from '../../container';
import { printCount } from '../../errors';
import { lossesOf } from '../../modules/snapshot/doctor/describe-salvage';
import {
  type Diagnosis,
  type DirectorySummary,
  examine,
  type ExamineOptions,
} from '../../modules/snapshot/doctor/examine';
import type { Finding } from '../../modules/snapshot/doctor/finding';
import { repair } from '../../modules/snapshot/doctor/repair';
import { isWhole, type SalvageReport } from '../../modules/snapshot/doctor/salvage/salvage-report';
import { encryptionKeyOf } from '../../modules/snapshot/encryption/configured-key';
import { type ConfigOptions, loadForStart } from '../config-options';
import { EXIT } from '../exit-codes';
import { json } from '../render';

/** Options of `respite doctor`. */
export interface DoctorOptions extends ConfigOptions {
  /** Directory to save what can be read into. */
  readonly repair?: string;
}

/** Names of keys in JSON, of each kind at most. */
const MOST_NAMES = 1_000;

/** Examines the data directory, or saves what can be read of it. @returns what to print, and the exit code */
export async function doctor(options: DoctorOptions): Promise<{ readonly text: string; readonly exitCode: number }> {
  const { persistence, databases } = loadForStart(options).config.redis.standalone;
  const directory = resolve(persistence.data_dir);
  const parts: ExamineOptions = { encryptionKey: encryptionKeyOf(persistence), clock: systemClock, databases };
  if (options.repair !== undefined) {
    const target = resolve(options.repair);
    const report = await repair(directory, target, parts);
    const text =
      options.json === true ? repairAsJson(directory, target, report) : repairAsText(directory, target, report);
    return { text, exitCode: isWhole(report) ? EXIT.ok : EXIT.findings };
  }
  const found = await examine(directory, parts);
  const text = options.json === true ? asJson(directory, found) : asText(directory, found);
  return { text, exitCode: found.sound ? EXIT.ok : EXIT.findings };
}

function asJson(dataDir: string, { sound, pid, findings, summary }: Diagnosis): string {
  const { keys = null, bytes = null, lastSnapshot = 0, journaled = null } = summary ?? {};
  return json({
    dataDir,
    sound,
    pid: pid ?? null,
    findings,
    keys,
    bytes,
    lastSnapshot: isoOf(lastSnapshot),
    journaled,
  });
}

function asText(dataDir: string, { sound, findings, summary }: Diagnosis): string {
  const problems = findings.filter(({ weight }) => weight === 'problem').length;
  const verdict = sound ? 'is sound' : `has ${printCount(problems, 'problem')}`;
  return [`${dataDir} ${verdict}.`, ...findings.map(lineOf), ...summaryLines(summary)].join('\n');
}

function lineOf({ finding, weight, what, remedy }: Finding): string {
  return `- ${weight} (${finding}): ${what}${remedy === '' ? '' : `\n  ${remedy}`}`;
}

function summaryLines(summary: DirectorySummary | undefined): string[] {
  if (summary === undefined) return [];
  const { keys, bytes, lastSnapshot, journaled } = summary;
  const asOf = lastSnapshot === 0 ? 'no snapshot' : `the last snapshot is of ${String(isoOf(lastSnapshot))}`;
  const journals = journaled === 0 ? '' : `; journals bring back ${printCount(journaled, 'command')}`;
  return [`${printCount(keys, 'key')} in ${printCount(bytes, 'byte')}; ${asOf}${journals}.`];
}

function repairAsText(directory: string, target: string, report: SalvageReport): string {
  const { keys, snapshotTime, journals, generation } = report;
  const asOf = journals.until ?? snapshotTime;
  const saved = `${target} holds ${printCount(keys, 'key')} of ${directory}${asOf === 0 ? '' : `, as of ${String(isoOf(asOf))}`}${generation === undefined ? '' : `, by ${generation}`}.`;
  const change = 'Nothing was changed in the old directory.';
  if (isWhole(report)) return `${saved} Nothing was lost. ${change}`;
  return [`${saved} ${change} What is not as it was:`, ...lossesOf(report).map((loss) => `- ${loss}`)].join('\n');
}

function repairAsJson(dataDir: string, repairedTo: string, report: SalvageReport): string {
  const { keys, snapshotTime, data, journals } = report;
  const { stop = null, until = 0, skipped, commands, doubtfulKeys } = journals;
  return json({
    dataDir,
    repairedTo,
    whole: isWhole(report),
    keys,
    lastSnapshot: isoOf(snapshotTime),
    generation: report.generation ?? null,
    data: {
      ...data,
      missingRecords: data.missingRecords ?? null,
      incompleteValues: data.incompleteValues.slice(0, MOST_NAMES),
    },
    journals: {
      commands,
      until: isoOf(until),
      skipped,
      doubtfulKeys: doubtfulKeys.slice(0, MOST_NAMES),
      stop: stop && { ...stop, lostUntil: isoOf(stop.lostUntil ?? 0) },
    },
  });
}

function isoOf(time: number): string | null {
  return time === 0 ? null : new Date(time).toISOString();
}
