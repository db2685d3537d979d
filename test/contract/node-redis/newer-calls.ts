import type { Call } from './calls';

/** What is called of commands that 7.0 does not know, where the server is an 8.0; see `calls.ts`. */

const LATER = 4_000_000_000; // seconds since the epoch
const EX = { expiration: { type: 'EX', value: 1000 } };

/** What they find besides the fixture of all. */
export const NEWER_FIXTURE: readonly (readonly string[])[] = [
  ['HSET', 'hd', 'over', '1', 'stays', '2'],
  ['HEXPIREAT', 'hd', String(LATER), 'FIELDS', '1', 'over'],
];

/** Whose fields, and of which keys: with a deadline, without one, not there. */
const FIELDS = ['over', 'stays', 'none'];
const READ: readonly Call[] = [
  ['hd', FIELDS],
  ['hd', 'over'],
  ['none', FIELDS],
  ['l', FIELDS],
];

/** A deadline, with every condition. */
const setting = (deadline: unknown, over: unknown): readonly Call[] => [
  ['hd', FIELDS, deadline],
  ...['NX', 'XX', 'GT', 'LT'].map((condition) => ['hd', FIELDS, deadline, condition]),
  ['hd', 'stays', over],
  ['hd', 'stays', -1],
  ['none', FIELDS, deadline],
  ['l', FIELDS, deadline],
];

/** What has a deadline ticks: its time to live is compared where there is none. */
const TICKING: readonly Call[] = [
  ['hd', ['stays', 'none']],
  ['none', FIELDS],
  ['l', FIELDS],
];

export const NEWER_CALLS: Readonly<Record<string, readonly Call[]>> = {
  HEXPIRE: setting(1000, 0),
  HEXPIREAT: setting(LATER + 1, 1),
  HEXPIRETIME: READ,
  HGETDEL: READ,
  HGETEX: [
    ...READ,
    ['hd', FIELDS, EX],
    ['hd', FIELDS, { expiration: 'PERSIST' }],
    ['hd', FIELDS, { expiration: { type: 'PXAT', value: 1 } }],
    ['hd', FIELDS, { expiration: { type: 'EXAT', value: -1 } }],
  ],
  HPERSIST: READ,
  HPEXPIRE: setting(1_000_000, 0),
  HPEXPIREAT: setting(LATER * 1000 + 1, 1),
  HPEXPIRETIME: READ,
  HPTTL: TICKING,
  HSETEX: [
    ['hd', { over: 'new', more: 'x' }],
    ['hd', { over: 'new' }, EX],
    ['hd', { over: 'new' }, { mode: 'FNX' }],
    ['hd', { over: 'new' }, { mode: 'FXX', expiration: 'KEEPTTL' }],
    ['hd', ['over', 'new'], { expiration: { type: 'PXAT', value: 1 } }],
    ['none', { a: '1' }],
    ['l', { a: '1' }],
  ],
  HTTL: TICKING,
};

/** Commands whose answers tell of vector sets, which 8.0 brings along and the engine has not. */
export const TELLING_OF_VECTOR_SETS: ReadonlySet<string> = new Set(['COMMAND_COUNT', 'MODULE_LIST']);
