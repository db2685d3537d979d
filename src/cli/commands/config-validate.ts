import { relative } from 'node:path';
import { unusedSettings } from '../../config';
import { printCount } from '../../errors';
import { type ConfigOptions, loadForCommand } from '../config-options';
import { json } from '../render';
import { unusedLines } from '../unused-lines';

/** Checks the configuration, and warns of what has no effect. @throws ConfigError with every problem */
export function configValidate(options: ConfigOptions): string {
  const loaded = loadForCommand(options);
  const { file, sources } = loaded;
  const warnings = unusedSettings(loaded);
  const set = [...sources.values()].filter(({ kind }) => kind !== 'default').length;
  if (options.json === true) return json({ valid: true, file: file ?? null, settings: set, warnings });
  const from = file === undefined ? 'no file' : relative(process.cwd(), file);
  return [
    `The configuration is valid: ${printCount(set, 'setting')}, ${from}.`,
    ...(warnings.length === 0 ? [] : [`${printCount(warnings.length, 'setting')} without effect:`]),
    ...unusedLines(warnings),
  ].join('\n');
}
