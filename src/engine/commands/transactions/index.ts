import type { Refusal } from '../../acl/acl';
import { Block, NoReply } from '../../command/answers';
import type { CommandContext } from '../../execution/command-context';
import { ErrorReply, NULL_ARRAY, OK, type Reply } from '../../protocol/reply';
import type { Transaction } from '../../session/transaction';
import { keyRange } from '../../command/definition';
import { defineCommand } from '../define-command';
import { error, EXEC_ABORT } from '../../command/errors';
import { ReplyRoom } from './reply-room';

const multi = defineCommand({
  name: 'multi',
  runsInMulti: true,
  arity: 1,
  flags: ['noscript', 'loading', 'stale', 'fast', 'allow_busy'],
  group: 'transactions',
  since: '1.2.0',
  summary: 'Begins a transaction: what follows is queued until EXEC.',
  complexity: 'O(1)',
  run({ session }) {
    if (session.transaction !== undefined) throw error('MULTI calls can not be nested');
    session.beginTransaction();
    return OK;
  },
});

const discard = defineCommand({
  name: 'discard',
  runsInMulti: true,
  arity: 1,
  flags: ['noscript', 'loading', 'stale', 'fast', 'allow_busy'],
  group: 'transactions',
  since: '2.0.0',
  summary: 'Forgets the queued commands of a transaction, and what was watched.',
  complexity: 'O(N) in the number of queued commands',
  run({ session }) {
    if (session.transaction === undefined) throw error('DISCARD without MULTI');
    session.discardTransaction();
    return OK;
  },
});

const REASONS: Record<Refusal['reason'], string> = {
  command: 'no permission to execute the command or subcommand',
  key: 'no permission to touch the specified keys',
  channel: 'no permission to access one of the channels used as arguments',
};

function noLongerAllowed({ reason }: Refusal): ErrorReply {
  return new ErrorReply(
    `NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. This command is no longer allowed for the following reason: ${REASONS[reason]}`,
  );
}

/**
 * Runs the commands of a transaction: none of them may wait, CLIENT INFO shows the transaction still, and what they do stays
 * together, even for who begins to listen to it with one of them.
 */
function executing<T>(context: CommandContext, transaction: Transaction, work: () => T): T {
  const { denyBlocking, session, engine } = context;
  context.denyBlocking = true;
  session.executing = transaction;
  engine.effects.begin();
  try {
    return work();
  } finally {
    engine.effects.end();
    context.denyBlocking = denyBlocking;
    session.executing = undefined;
  }
}

const exec = defineCommand({
  name: 'exec',
  runsInMulti: true,
  arity: 1,
  flags: ['noscript', 'loading', 'stale', 'skip_slowlog'],
  group: 'transactions',
  since: '1.2.0',
  summary: 'Runs the queued commands of a transaction, unless a watched key changed.',
  complexity: 'That of the queued commands',
  effects: 'none',
  run(context): Reply {
    const { session, engine } = context;
    const { transaction } = session;
    if (transaction === undefined) throw error('EXEC without MULTI');
    // A watched key whose time has come counts as changed, although nobody removed it yet.
    for (const { database, key } of session.watched.values()) context.lookup(key, database);
    const broken = session.watchBroken;
    session.discardTransaction();
    if (transaction.aborted) throw EXEC_ABORT;
    if (broken) return NULL_ARRAY;
    const frozen = context.now;
    const room = new ReplyRoom(context);
    const answer = (reply: Reply): Reply => {
      room.add(reply);
      return reply;
    };
    return executing(context, transaction, () =>
      transaction.queue.map(({ record, args, name }) => {
        context.resetClock(frozen);
        const refusal = session.user.unrestricted ? undefined : engine.executor.refuse(session, record, args, 'multi');
        if (refusal !== undefined) return noLongerAllowed(refusal);
        const full = room.refusal(record);
        if (full !== undefined) return full;
        const reply = engine.executor.call(session, record, args, name);
        if (reply instanceof Block) return reply.otherwise;
        return reply instanceof NoReply ? null : answer(reply);
      }),
    );
  },
});

const watch = defineCommand({
  name: 'watch',
  runsInMulti: true,
  arity: -2,
  flags: ['noscript', 'loading', 'stale', 'fast', 'allow_busy'],
  group: 'transactions',
  since: '2.2.0',
  summary: 'Makes the next EXEC depend on these keys staying as they are.',
  complexity: 'O(N) in the number of keys',
  keys: [keyRange('RO', 1, -1)],
  syntax: 'key [key ...]',
  run(context, keys) {
    const { session } = context;
    if (session.transaction !== undefined) throw error('WATCH inside MULTI is not allowed');
    for (const key of keys) {
      // A key that has expired already is watched as a missing one.
      context.lookup(key);
      session.watch(key);
    }
    return OK;
  },
});

const unwatch = defineCommand({
  name: 'unwatch',
  arity: 1,
  flags: ['noscript', 'loading', 'stale', 'fast', 'allow_busy'],
  group: 'transactions',
  since: '2.2.0',
  summary: 'Forgets all watched keys.',
  complexity: 'O(1)',
  run({ session }) {
    session.unwatchAll();
    return OK;
  },
});

/** The commands of transactions. */
export const TRANSACTION_COMMANDS = [multi, discard, exec, watch, unwatch];
