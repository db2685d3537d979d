import { printCount } from '../../errors';
import { importTo, nameOf } from '../../migration/move';
import { type ImportReport, openInput } from '../../modules/migration';
import { move } from '../move';
import type { MoveCommandOptions } from '../move-options';
import { json } from '../render';

/** Options of `respite import`. */
export interface ImportCommandOptions extends MoveCommandOptions {
  readonly replace?: boolean;
  readonly skipExisting?: boolean;
  readonly dryRun?: boolean;
}

/** Imports a file, or stdin, into a data directory, and prints what it did. */
export async function importCommand(file: string, options: ImportCommandOptions): Promise<void> {
  const { replace, skipExisting, dryRun, match, db } = options;
  const existing = replace === true ? 'replace' : skipExisting === true ? 'skip' : 'refuse';
  const from = file === '-' ? process.stdin : file;
  // First: a file that is none leaves no new directory behind.
  const input = await openInput(from);
  try {
    const text = await move(
      options,
      dryRun === true ? 'existing' : 'any',
      async ({ directory, place, signal, progress }) => {
        const settings = {
          name: nameOf(from),
          existing,
          dryRun,
          match,
          db,
          signal,
          onProgress: progress.listener,
        } as const;
        const report = await importTo(place, input, settings);
        return options.json === true ? json({ dataDir: directory, file, ...report }) : told(report, file, directory);
      },
    );
    process.stdout.write(`${text}\n`);
  } finally {
    await input.close();
  }
}

function told(
  { dryRun, written, expired, kept, functions, modules }: ImportReport,
  file: string,
  directory: string,
): string {
  const libraries = functions === 0 ? '' : ` and ${printCount(functions, 'function library', 'function libraries')}`;
  const what = `${printCount(written, 'key')}${libraries} of ${file === '-' ? 'stdin' : file}`;
  const rest = [
    ...(expired === 0 ? [] : [`${printCount(expired, 'key')} had expired`]),
    ...(kept === 0
      ? []
      : [`${printCount(kept, 'key or library', 'keys and libraries')} ${kept === 1 ? 'is' : 'are'} there already`]),
    ...(modules.length === 0
      ? []
      : [
          `what the ${modules.length === 1 ? 'module' : 'modules'} ${modules.join(', ')} of Redis kept beside the keys is left out`,
        ]),
  ].join('; ');
  const more = rest === '' ? '.' : `; ${rest}.`;
  return dryRun
    ? `Would import ${what} into ${directory}${more} Nothing was written.`
    : `Imported ${what} into ${directory}${more}`;
}
