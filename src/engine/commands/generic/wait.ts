import { Block } from '../../command/answers';
import type { CommandContext } from '../../execution/command-context';
import { checkTimeout } from '../blocking-timeout';
import { integer } from '../../command/arguments';
import { defineCommand } from '../define-command';
import { error, MUST_BE_POSITIVE } from '../../command/errors';

const TIMEOUT_NOT_AN_INTEGER = error('timeout is not an integer or out of range');

/** Waits until the journal has on the disk what was written up to now, or so many milliseconds are over; 0 = for ever. */
function journalSynced({ clock, host }: CommandContext['engine'], timeout: number): Promise<boolean> {
  const synced = host.saveHooks?.journalSynced?.() ?? Promise.resolve(false);
  if (timeout === 0) return synced;
  return new Promise((resolve) => {
    const timer = clock.setTimer(() => {
      resolve(false);
    }, timeout);
    void synced.then((isThere) => {
      clock.clearTimer(timer);
      resolve(isThere);
    });
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
    const acknowledged: readonly [number, number] = [journal?.synced === true ? 1 : 0, 0];
    if (context.denyBlocking || (acknowledged[0] >= local && replicas === 0)) return [...acknowledged];
    if (replicas > 0) return new Block([], timeout, [...acknowledged], () => undefined);
    const answer = journalSynced(engine, timeout).then((synced) => [synced ? 1 : 0, 0]);
    return engine.blocking.waitFor(session, 'waitaof', answer, true);
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
