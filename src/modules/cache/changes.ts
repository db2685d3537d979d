/** What one command changed, as a command that does the same anywhere and at any time. */
export interface Change {
  /** Number of the database. */
  readonly database: number;
  /** `SET`, `HSET`, `DEL`, ...: as it was sent, or what does the same (`PEXPIREAT` for `EXPIRE`). */
  readonly command: string;
  readonly args: readonly Buffer[];
}

/** What changed together: by one command, a transaction or a script. */
export interface ChangeSet {
  readonly changes: readonly Change[];
  /** How many sets were left out just before this one, because the reader was too slow. */
  readonly dropped: number;
}

/** How changes are followed. */
export interface ChangesOptions {
  /** Ends the iteration, which then returns. */
  readonly signal?: AbortSignal;
  /** How many sets wait for a slow reader before further ones are dropped, and counted. Default 10,000. */
  readonly bufferSize?: number;
}
