import { relative } from 'node:path';
import { type ConfigOptions, loadForCommand } from '../config-options';
import { json } from '../render';

/** Checks the configuration. @throws ConfigError with every problem */
export function configValidate(options: ConfigOptions): string {
  const { file, sources } = loadForCommand(options);
  const set = [...sources.values()].filter(({ kind }) => kind !== 'default').length;
  if (options.json === true) return json({ valid: true, file: file ?? null, settings: set });
  const from = file === undefined ? 'no file' : relative(process.cwd(), file);
  return `The configuration is valid: ${String(set)} settings, ${from}.`;
}
