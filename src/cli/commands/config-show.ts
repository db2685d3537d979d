import { type ConfigOptions, loadForCommand } from '../config-options';
import { json, show, table } from '../render';
import { shownSettings } from '../settings-list';

/** Every setting, its value and where it came from. */
export function configShow(options: ConfigOptions): string {
  const settings = shownSettings(loadForCommand(options));
  if (options.json === true) {
    return json(Object.fromEntries(settings.map(({ path, value, source }) => [path, { value, source }])));
  }
  return table(settings.map(({ path, value, source }) => [path, show(value), source.label]));
}
