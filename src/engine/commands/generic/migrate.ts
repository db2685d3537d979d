import type { CommandContext } from '../../execution/command-context';
import { dumpPayload, oldestReader } from '../../rdb/dump-payload';
import { ErrorReply, OK, Status, type Reply } from '../../protocol/reply';
import { choices, integer, parseInt64 } from '../../command/arguments';
import { oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { error, SYNTAX_ERROR } from '../../command/errors';
import { restoreElsewhere, TransferFailed, type Destination, type Parcel } from './restore-elsewhere';
import { secretAfter } from '../../command/secrets';

const KEY_AND_KEYS = error('When using MIGRATE KEYS option, the key argument must be set to the empty string');
const NO_KEY = new Status('NOKEY');
const CANNOT_WAIT = error('MIGRATE needs to wait for the other server: it cannot run inside MULTI or a script');
const CHANGED = new ErrorReply('IOERR a key changed while it was sent to target instance: it stays on both sides');
const DEFAULT_TIMEOUT_MS = 1000;

/** How many values follow an option. */
const VALUES = choices({ auth: 1, auth2: 2 });

interface Migration extends Destination {
  readonly copy: boolean;
  readonly keys: readonly string[];
}

/** @throws syntax error, not an integer */
function parseMigration(args: readonly string[]): Migration {
  const [host = '', port = '', key = '', database = '', timeout = ''] = args;
  let copy = false;
  let replace = false;
  let auth: readonly string[] = [];
  let keys: readonly string[] = [key];
  for (let i = 5; i < args.length; i++) {
    const option = args[i]?.toLowerCase();
    const values = VALUES.get(option ?? '') ?? 0;
    if (i + values >= args.length) throw SYNTAX_ERROR;
    if (option === 'copy') copy = true;
    else if (option === 'replace') replace = true;
    else if (values > 0) auth = args.slice(i + 1, i + 1 + values);
    else if (option === 'keys') {
      if (key !== '') throw KEY_AND_KEYS;
      keys = args.slice(i + 1);
      break;
    } else throw SYNTAX_ERROR;
    i += values;
  }
  const silence = integer(timeout);
  return {
    host,
    port: Number(parseInt64(port) ?? 0),
    database: integer(database),
    timeoutMs: silence > 0 ? silence : DEFAULT_TIMEOUT_MS,
    auth,
    replace,
    copy,
    keys,
  };
}

function pack(context: CommandContext, keys: readonly string[]): Parcel[] {
  return keys.flatMap((key) => {
    const entry = context.lookupRead(key);
    if (entry === undefined) return [];
    const until = context.expireAt(entry);
    return [
      {
        key,
        payload: dumpPayload(entry.value, context.engine.limits, oldestReader(entry.value)),
        ttl: until === 0 ? 0 : Math.max(1, Number(until) - context.now),
      },
    ];
  });
}

/** Removes a key that has arrived, unless somebody changed it on the way. @returns whether it is gone */
function hasLeft(context: CommandContext, db: CommandContext['db'], { key, payload }: Parcel): boolean {
  context.resetClock();
  const entry = context.lookup(key, db);
  if (entry === undefined) return true;
  if (dumpPayload(entry.value, context.engine.limits, oldestReader(entry.value)) !== payload) return false;
  context.remove(key, 'del', db);
  context.engine.effects.add(db.index, ['DEL', key], context.now);
  context.engine.blocking.serveReady();
  return true;
}

async function transfer(context: CommandContext, migration: Migration, parcels: readonly Parcel[]): Promise<Reply> {
  const { db } = context;
  let answer: Reply = OK;
  try {
    await restoreElsewhere(migration, parcels, (parcel, refusal) => {
      if (refusal !== undefined) {
        if (answer === OK) answer = error(`Target instance replied with error: ${refusal}`);
      } else if (!migration.copy && !hasLeft(context, db, parcel)) answer = CHANGED;
    });
  } catch (failure) {
    if (!(failure instanceof TransferFailed)) throw failure;
    return new ErrorReply(`IOERR error or timeout ${failure.message} to target instance`);
  }
  return answer;
}

/** The position of the key, or those of all that follow KEYS; none where there are both, which MIGRATE refuses. */
function keysOf(args: readonly string[]): readonly number[] {
  for (let i = 5; i < args.length - 1; i++) {
    const option = args[i]?.toLowerCase() ?? '';
    if (option === 'keys') return args[2] === '' ? args.slice(i + 1).map((_, offset) => i + 2 + offset) : [];
    i += VALUES.get(option) ?? 0;
  }
  return [3];
}

export const migrate = defineCommand({
  name: 'migrate',
  secrets: secretAfter((word) => (word === 'auth' ? 1 : word === 'auth2' ? 2 : 0)),
  arity: -6,
  flags: ['write', 'movablekeys'],
  group: 'generic',
  since: '2.6.0',
  summary: 'Moves keys to another Redis, where RESTORE takes them in.',
  complexity: 'O(N) in the size of the values',
  categories: ['@dangerous'],
  keys: [
    oneKey('RW ACCESS DELETE', 3),
    {
      flags: 'RW ACCESS DELETE INCOMPLETE',
      begin: { keyword: 'KEYS', startFrom: -2 },
      find: { lastKey: -1, step: 1, limit: 0 },
    },
  ],
  movableKeys: keysOf,
  hints: ['nondeterministic_output'],
  syntax:
    'host port <key | ""> destination-db timeout [COPY] [REPLACE] [AUTH password | AUTH2 username password] [KEYS key [key ...]]',
  effects: 'none',
  run(context, args) {
    const migration = parseMigration(args);
    const parcels = pack(context, migration.keys);
    if (parcels.length === 0) return NO_KEY;
    if (context.denyBlocking) throw CANNOT_WAIT;
    const { session, engine } = context;
    return engine.blocking.waitFor(session, 'migrate', transfer(context, migration, parcels));
  },
});
