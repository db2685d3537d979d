import { printCount } from '../../errors';
import { exportFrom } from '../../migration/move';
import type { FileFormat } from '../../modules/migration';
import { move } from '../move';
import type { MoveCommandOptions } from '../move-options';
import { json } from '../render';

/** Options of `respite export`. */
export interface ExportCommandOptions extends MoveCommandOptions {
  readonly format: FileFormat;
  readonly force?: boolean;
}

/** Exports a data directory to a file, or to stdout; what it did is printed on stderr then. */
export async function exportCommand(file: string, options: ExportCommandOptions): Promise<void> {
  const { format, force, match, db } = options;
  const toStdout = file === '-';
  const text = await move(options, 'existing', async ({ directory, place, signal, progress }) => {
    const to = toStdout ? process.stdout : file;
    const report = await exportFrom(place, { to, format, force, match, db, signal, onProgress: progress.listener });
    if (options.json === true) return json({ dataDir: directory, file, ...report });
    const { keys, functions, bytes } = report;
    const libraries = functions === 0 ? '' : ` and ${printCount(functions, 'function library', 'function libraries')}`;
    return `Exported ${printCount(keys, 'key')}${libraries} of ${directory} to ${toStdout ? 'stdout' : file}: ${printCount(bytes, 'byte')}.`;
  });
  (toStdout ? process.stderr : process.stdout).write(`${text}\n`);
}
