import { listSettings, type LoadedConfig, redact, type Source, valueAt } from '../config';

/** One setting as it may be shown to anyone. */
export interface ShownSetting {
  readonly path: string;
  /** Redacted. */
  readonly value: unknown;
  readonly source: Source;
}

/** Every setting with its value, secrets hidden, and where it came from. */
export function shownSettings({ config, schema, sources }: LoadedConfig): ShownSetting[] {
  return listSettings(schema).map(({ path, setting }) => {
    const source = sources.get(path);
    if (source === undefined) throw new TypeError(`${path} has no source`); // loadConfig gives every setting one
    return { path, value: redact(setting, valueAt(config, path)), source };
  });
}
