import { JOURNAL_FILE } from '../journal/journal-file';
import { GENERATION_FILE, UNFINISHED_COPY } from '../directory/generations';
import { LOCK_FILE } from '../directory/lock-holders';
import { DATA, LMDB_LOCK, MARKER, REPLACEMENT, WITNESS } from '../directory/recognise';

/** What a file in a data directory is, by its name. */
export interface KnownFile {
  readonly pattern: RegExp;
  /** Of files that nothing needs any more: what they are, and what becomes of them. */
  readonly leftover?: { readonly finding: string; readonly what: string; readonly remedy: string };
}

const literal = (name: string): RegExp => new RegExp(`^${name.replaceAll('.', '\\.')}$`);

/** What was moved away by a start: inside of the directory, or beside it after its name and a dot. */
export const SET_ASIDE = /^(corrupt|kept)-/;

/** A backup that was not finished, whatever it is called. */
export const UNFINISHED = /\.unfinished$/;

const SET_ASIDE_LEFTOVER = {
  finding: 'set_aside',
  what: 'holds what a start moved away',
  remedy:
    'Save what can be read with "respite doctor --data-dir IT --repair NEWDIR", or remove it when nobody needs it.',
};

const UNFINISHED_LEFTOVER = {
  finding: 'backup_unfinished',
  what: 'is a backup that was not finished',
  remedy: 'Remove it, unless a backup is being written.',
};

/** All names that belong into a data directory. What is none of them is reported, and left alone. */
export const KNOWN_FILES: readonly KnownFile[] = [
  ...[MARKER, DATA, LMDB_LOCK, WITNESS, REPLACEMENT, `${REPLACEMENT}-lock`, `${REPLACEMENT}${UNFINISHED_COPY}`].map(
    (name) => ({ pattern: literal(name) }),
  ),
  { pattern: JOURNAL_FILE },
  { pattern: GENERATION_FILE },
  { pattern: LOCK_FILE },
  // Ours (`.last-port`), and what systems put everywhere.
  { pattern: /^\./ },
  { pattern: /^lost\+found$/ },
  {
    pattern: literal(`${MARKER}.new`),
    leftover: {
      finding: 'marker_unfinished',
      what: `is a ${MARKER} that was being written when its process ended`,
      remedy: 'Nothing need be done: the next one takes its place.',
    },
  },
  { pattern: SET_ASIDE, leftover: SET_ASIDE_LEFTOVER },
  { pattern: UNFINISHED, leftover: UNFINISHED_LEFTOVER },
];

/** What may lie beside a data directory that is called `name`. */
export function knownBeside(name: string): readonly KnownFile[] {
  const aside = new RegExp(`^${name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\.(corrupt|kept)-`);
  return [
    { pattern: aside, leftover: SET_ASIDE_LEFTOVER },
    { pattern: UNFINISHED, leftover: UNFINISHED_LEFTOVER },
  ];
}
