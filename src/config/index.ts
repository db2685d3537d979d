export type { Config, ConfigInput, Mode } from './config';
export { ConfigError, type ConfigProblem } from './config-error';
export { describeServer, serverUrl } from './describe-server';
export { parseAddress, printDuration, printSize } from './format';
/** What settings are written as: durations, sizes, choices. For the settings of plugins. */
export * as formats from './format';
export { type ConfigSources, type LoadedConfig, loadConfig } from './load-config';
export { isLoopback } from './loopback';
export { redact } from './redact';
export { type Component, type ResolvedMode, resolveMode } from './resolve-mode';
export { schema } from './schema';
export {
  listSettings,
  setting,
  type Setting,
  type SettingAt,
  type SettingsSchema,
  valueAt,
  variableOf,
} from './setting';
export type { Source, SourceKind } from './source';
export { describeUnused, unusedSettings, type UnusedSetting } from './unused-settings';
