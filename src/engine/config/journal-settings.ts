/** When what a journal takes is synced: `appendfsync` in CONFIG. */
export type SyncPolicy = 'always' | 'everysec' | 'no';

/** What CONFIG says of a journal, and changes while it runs. */
export interface JournalSettings {
  /** `appendonly`: whether there is one, or will be as soon as a snapshot that it continues is taken. */
  enabled: boolean;
  /** `appendfsync`. */
  policy: SyncPolicy;
}
