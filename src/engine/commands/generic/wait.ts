import { Block } from '../../command/answers';
import type { CommandContext } from '../../execution/command-context';
import { checkTimeout } from '../blocking-timeout';
import { integer } from '../../command/arguments';
import { defineCommand } from '../define-command';
import { error, MUST_BE_POSITIVE } from '../../command/errors';

const TIMEOUT_NOT_AN_INTEGER = error('timeout is not an integer or out of range');

/** How often a journal is asked whether it is synced, milliseconds. */
const ASK_AGAIN_MS = 10;

/** Waits until the journal has all of what it was given on the disk. @returns whether it had, when the time was over */
function journalSynced({ engine, session }: CommandContext, timeout: number): Promise<boolean> {
  const { clock, host } = engine;
  const until = timeout === 0 ? Infinity : clock.now() + timeout;
  return new Promise((resolve) => {
    // What was written in this turn is handed to the journal at its end.
    const ask = (): void => {
      const synced = host.saveHooks?.journal?.()?.synced === true;
      if (synced || clock.now() >= until || session.closed) resolve(synced);
      else clock.setTimer(ask, ASK_AGAIN_MS);
    };
    clock.setTimer(ask, ASK_AGAIN_MS);
  });
}

export const waitaof = defineCommand({
  name: 'waitaof',
  needsConnection: true,
  arity: 4,
  flags: ['blocking'],
  group: 'generic',
  since: '7.2.0',
  summary: 'Waits until what was written is synced in the journal. There are no replicas that could do so.',
  complexity: 'O(1)',
  categories: ['-@keyspace', '@connection'],
  hints: ['request_policy:all_shards', 'response_policy:agg_min'],
  syntax: 'numlocal numreplicas timeout',
  run(context, [localText, replicasText, timeoutText]) {
    const { engine, session, now } = context;
    const local = integer(localText);
    if (local < 0 || local > 1) throw error('value is out of range, value must between 0 and 1');
    const replicas = integer(replicasText);
    if (replicas < 0) throw MUST_BE_POSITIVE;
    const timeout = integer(timeoutText, TIMEOUT_NOT_AN_INTEGER);
    checkTimeout(engine.version, BigInt(timeout), now);
    const journal = engine.host.saveHooks?.journal?.();
    if (local > 0 && journal === undefined)
      throw error('WAITAOF cannot be used when numlocal is set but appendonly is disabled.');
    if (replicas > 0) return context.denyBlocking ? [0, 0] : new Block([], timeout, [0, 0], () => undefined);
    if (journal === undefined || context.denyBlocking) return [0, 0];
    return engine.blocking.waitFor(
      session,
      'waitaof',
      journalSynced(context, local === 0 ? ASK_AGAIN_MS : timeout).then((synced) => [synced ? 1 : 0, 0]),
    );
  },
});

export const wait = defineCommand({
  name: 'wait',
  needsConnection: true,
  arity: 3,
  flags: ['blocking'],
  before: { '7.2': { flags: ['noscript'] } },
  group: 'generic',
  since: '3.0.0',
  summary: 'Waits for replicas to catch up. There are none here, so it waits until the time is over.',
  complexity: 'O(1)',
  categories: ['-@keyspace', '@connection'],
  hints: ['request_policy:all_shards', 'response_policy:agg_min'],
  syntax: 'numreplicas timeout',
  run(context, [replicasText, timeoutText]) {
    const replicas = integer(replicasText);
    const timeout = integer(timeoutText, TIMEOUT_NOT_AN_INTEGER);
    checkTimeout(context.engine.version, BigInt(timeout), context.now);
    return replicas <= 0 || context.denyBlocking ? 0 : new Block([], timeout, 0, () => undefined);
  },
});
