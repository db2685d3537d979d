/** What the exit code of `respite` means; a process ended by a second signal exits with 128 + the signal's number. */
export const EXIT = {
  ok: 0,
  /** Starting or running failed. */
  failed: 1,
  /** The command line or the configuration is wrong. */
  usage: 2,
  /** Stopping left something unfinished; the last snapshot may be missing. */
  shutdownIncomplete: 3,
  /** `import`, `migrate`: what is there already stands in the way, or is not what it should be; it is listed. */
  conflicts: 3,
  /** `export`, `import`, `migrate`: interrupted; it can be started again. */
  interrupted: 4,
  /** `respite doctor` found what would stop the next start or cost something there, or could not save everything. */
  findings: 5,
} as const;
