import type { ErrorCodeEntry } from './code-entry';

/** Codes of what moves data: exports, imports, moves from one place to another. */
export const migrationCodes = {
  EXPORT_FILE_EXISTS: {
    means: 'A file was to be exported to that is there already. It stays as it is.',
    remedy: 'Name another file, or use --force (in code: force) to replace it.',
  },
  EXPORT_WRITE_FAILED: {
    means: 'An export could not be written, most often because the disk is full. Nothing incomplete is left.',
    remedy: 'Correct what the message names, or name a file elsewhere.',
  },
  EXPORT_FAILED: {
    means: 'A value could not be read or has a type that cannot be exported; the message names its key.',
    remedy: 'Do what the message says; --match leaves keys out.',
  },
  IMPORT_FILE_UNREADABLE: {
    means: 'The file to be imported is not there, is no file, or cannot be read.',
    remedy: 'Correct the path or the permissions the message names.',
  },
  IMPORT_FILE_INVALID: {
    means:
      'The file to be imported is damaged, was cut off, or is neither RDB nor NDJSON; the message says where and, of a key, which. Nothing was written.',
    remedy: 'Take another copy of the file, or export it again.',
  },
  IMPORT_NOT_SUPPORTED: {
    means:
      'The file holds what cannot be taken in: values of modules, deadlines of hash fields for a target before Redis 7.4, or a newer format. The message names the keys. Nothing was written.',
    remedy: 'Leave the keys out with --match, or remove them where the file comes from.',
  },
  IMPORT_CONFLICT: {
    means: 'Keys or function libraries of the file are there already; the message lists them.',
    remedy: 'Use --replace or --skip-existing, or import into an empty data directory.',
  },
  IMPORT_REFUSED: {
    means:
      'The target refused a key or a function library, such as for lack of memory. What was written before are whole keys.',
    remedy: 'Correct the reason in the message, then import again with --skip-existing.',
  },
  MIGRATION_MISMATCH: {
    means: 'Two places that were compared do not hold the same; the message lists the keys, and what differs.',
    remedy: 'Stop who writes to either of them, move again with --replace, and compare again.',
  },
  MIGRATION_CONNECTION_LOST: {
    means: 'The connection to one side of a move was lost; the message says to which. What was written are whole keys.',
    remedy:
      'When it is there again, start the same command: with --resume it goes on, else use --skip-existing or --replace.',
  },
  MIGRATION_STATE_UNUSABLE: {
    means: 'The file that keeps how far a move is cannot be read or written, or is of another move.',
    remedy: 'Name another file, or remove it to begin anew.',
  },
  MIGRATION_OPTIONS_INVALID: {
    means: 'Options of a move contradict each other; the message says which.',
    remedy: 'Correct what the message names.',
  },
  MIGRATION_FELL_BEHIND: {
    means:
      'A live move could not take in what changed as fast as it was written, and what waited was too much to keep. What was written by then stays at the target, which is not complete.',
    remedy: 'Start the move again with --replace --prune when less is written, or from a machine nearer to the target.',
  },
  MIGRATION_REPLICATION_REFUSED: {
    means:
      'The source of a live move does not let itself be followed as a replica would, as many hosted services do not.',
    remedy:
      'Stop who writes, and move at rest: the same command without --live. Or allow PSYNC and REPLCONF to the user.',
  },
  MIGRATION_CUTOVER_FAILED: {
    means:
      'Writers of the source go on although the move was to be over: the target was too slow, or the source was not ended in time. Nothing is lost at the source.',
    remedy: 'Do what the message says, and cut over again.',
  },
  MIGRATION_INTERRUPTED: {
    means: 'A transfer of data was interrupted. What was written are whole keys, or, of a file, nothing.',
    remedy: 'Start it again; an import goes on with --skip-existing, a move with the same --resume file.',
  },
} as const satisfies Readonly<Record<string, ErrorCodeEntry>>;
