/** Where a value came from, later ones outranking earlier ones. */
export type SourceKind = 'default' | 'preset' | 'file' | 'environment' | 'flag' | 'argument';

/** Where one value came from. */
export interface Source {
  readonly kind: SourceKind;
  /** As a user knows it: `respite.yaml`, `RESPITE_REDIS_DB`, `--set redis.db`, `createApp({ config })`. */
  readonly label: string;
}

/** One value somebody wrote, before it was checked. */
export interface RawValue {
  readonly path: string;
  readonly value: unknown;
  readonly source: Source;
}

/** What a setting has that nobody set. */
export const DEFAULT_SOURCE: Source = { kind: 'default', label: 'default' };
