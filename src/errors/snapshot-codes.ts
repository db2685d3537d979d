import type { ErrorCodeEntry } from './code-entry';

/** Codes of snapshots, journals, restoring and what else is about a data directory. */
export const snapshotCodes = {
  SNAPSHOT_LOCKED: {
    means: 'Another process uses the data directory; the message names it.',
    remedy: 'End that process, or set redis.standalone.persistence.data_dir to another directory.',
  },
  SNAPSHOT_LOCK_LOST: {
    means: 'The lock file of the data directory was removed or taken over while the process ran.',
    remedy: 'Find out who did that. Restart the process when no other one uses the directory.',
  },
  SNAPSHOT_DIR_FOREIGN: {
    means:
      'The data directory holds something else than our snapshots, or its marker file is damaged and the data file cannot stand in for it.',
    remedy: 'Set redis.standalone.persistence.data_dir to an empty or a new directory.',
  },
  SNAPSHOT_DIR_UNUSABLE: {
    means: 'The data directory cannot be created, read or written.',
    remedy: 'Correct what the message names: the path, its owner and mode, or the free space.',
  },
  SNAPSHOT_FILE_UNSAFE: {
    means: 'A file of the data directory is a symbolic link or no regular file. Nothing was written through it.',
    remedy:
      'Remove what the message names. To keep the data elsewhere, set redis.standalone.persistence.data_dir to that directory.',
  },
  SNAPSHOT_NETWORK_FILESYSTEM: {
    means: 'The data directory is on a network filesystem, where the data file is not safe.',
    remedy: 'Set redis.standalone.persistence.data_dir to a directory on a local disk.',
  },
  SNAPSHOT_FORMAT_UNSUPPORTED: {
    means: 'The snapshot was written in a format, or with an encryption, that this version does not have.',
    remedy: 'Use the version that wrote it, or another data directory.',
  },
  SNAPSHOT_BUILD_MISSING: {
    means:
      'What snapshots are written and read with is missing, most often lmdb or its native code beside a bundle or a copy.',
    remedy:
      'Ship node_modules/lmdb and what it needs with the bundle or the copy; in a clone of the repository, run "npm run build".',
  },
  SNAPSHOT_NOT_READY: {
    means: 'A snapshot was asked for before the data directory was restored, or after it was closed.',
    remedy: 'Ask for snapshots while the application runs.',
  },
  SNAPSHOT_RUNNING: {
    means: 'A snapshot was to be started while one is being written.',
    remedy: 'Wait until it is written.',
  },
  SNAPSHOT_WRITE_FAILED: {
    means: 'A snapshot was not written. The previous one is intact, and what changed since is still to be written.',
    remedy: 'Correct what the message names, most often a full disk; the next interval tries again.',
  },
  SNAPSHOT_TOO_LARGE: {
    means:
      'A snapshot was refused: its records would have taken more than max_snapshot_size. The previous one is intact.',
    remedy: 'Raise redis.standalone.persistence.max_snapshot_size, or keep less data: give keys a time to live.',
  },
  SNAPSHOT_DIR_MISSING: {
    means: 'A command was to work on a data directory that is not there, or that was never used.',
    remedy: 'Name the directory with --data-dir, or in the configuration the process runs with.',
  },
  SNAPSHOT_OWNER_UNREACHABLE: {
    means:
      'The process that uses the data directory cannot be asked: it has no private socket, runs in another container or on another host, or is starting or stopping.',
    remedy: 'Do what the message says; any client of that process can send SAVE instead.',
  },
  SNAPSHOT_OWNER_OTHER_USER: {
    means: 'The data directory, or the process that uses it, belongs to another user.',
    remedy: 'Run the command as that user.',
  },
  CONTROL_REQUEST_UNKNOWN: {
    means: 'A running process was asked for something that its version of Respite does not know.',
    remedy: 'Restart the process with the version of the command.',
  },
  ENCRYPTION_KEY_INVALID: {
    means: 'An encryption key is not 32 bytes in hexadecimal digits or base64, or its file cannot be read.',
    remedy: 'Write such a key; "openssl rand -hex 32" makes one.',
  },
  ENCRYPTION_KEY_MISSING: {
    means: 'The data is encrypted and there is no key.',
    remedy: 'Set redis.standalone.persistence.encryption_key or encryption_key_file to the key it was written with.',
  },
  ENCRYPTION_KEY_WRONG: {
    means: 'The data is encrypted with another key than the one there is.',
    remedy: 'Set the key it was written with; without it the data cannot be read.',
  },
  ENCRYPTION_KEY_UNUSED: {
    means: 'There is an encryption key, but the data is not encrypted.',
    remedy: 'Encrypt it with "respite snapshot --full --new-key-file FILE", or remove the key from the configuration.',
  },
  BACKUP_DAMAGED: {
    means: 'A backup is not what was written, or ends before its end. Nothing of it was restored.',
    remedy: 'Take another one. A backup whose command did not end well is none.',
  },
  BACKUP_TARGET_USED: {
    means: 'A backup was to be restored into a directory that holds data.',
    remedy: 'Name a new directory, or move the old one away.',
  },
  BACKUP_FILE_EXISTS: {
    means: 'A backup was to be written to a file that exists. It was not replaced.',
    remedy: 'Name another file.',
  },
  BACKUP_FILE_UNUSABLE: {
    means: 'A backup cannot be written to, or read from, its file.',
    remedy: 'Correct what the message names: the directory, its owner, or the free space.',
  },
  REPAIR_TARGET_USED: {
    means: '"respite doctor --repair" was to save data into a directory that holds data.',
    remedy: 'Name a new directory.',
  },
  REPAIR_NOTHING_SAVED: {
    means: '"respite doctor --repair" found nothing in the directory that can be read. No other one was made.',
    remedy: 'Bring back a backup.',
  },
  RESTORE_CORRUPT: {
    means: 'The snapshot is damaged. With on_corruption "fail" the start fails and nothing is changed on disk.',
    remedy:
      'Restore the data directory from a backup, save what can be read with "respite doctor --repair NEWDIR", or set on_corruption to quarantine to start empty.',
  },
  RESTORE_FAILED: {
    means: 'The snapshot is not known to be damaged but could not be read or loaded. Nothing was changed on disk.',
    remedy: 'Correct what the message names, then start again.',
  },
} as const satisfies Readonly<Record<string, ErrorCodeEntry>>;
