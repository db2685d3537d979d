import { Block } from '../../command/answers';
import { checkTimeout } from '../blocking-timeout';
import { integer } from '../../command/arguments';
import { defineCommand } from '../define-command';
import { error, MUST_BE_POSITIVE } from '../../command/errors';

const NO_JOURNAL = error('WAITAOF cannot be used when numlocal is set but appendonly is disabled.');
const TIMEOUT_NOT_AN_INTEGER = error('timeout is not an integer or out of range');

export const waitaof = defineCommand({
  name: 'waitaof',
  needsConnection: true,
  arity: 4,
  flags: ['blocking'],
  group: 'generic',
  since: '7.2.0',
  summary: 'Waits until what was written is synced in the journal, and on the disks of replicas.',
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
    const { host, replication } = engine;
    const journal = () => host.saveHooks?.journal?.();
    const isOff = () => local > 0 && journal() === undefined;
    if (isOff()) throw NO_JOURNAL;
    const { streamOffset: offset } = session;
    let isLocal = journal()?.synced === true;
    let isHopeless = false;
    const acknowledged = () => [isLocal ? 1 : 0, replication.having(offset, true)] as const;
    const isEnough = () => acknowledged().every((count, i) => count >= (i === 0 ? local : replicas));
    if (context.denyBlocking || isEnough()) return acknowledged();
    const block = new Block([], timeout, acknowledged, () => undefined);
    replication.wait(session, block, () => {
      if (isOff()) return NO_JOURNAL;
      return isEnough() || isHopeless ? acknowledged() : undefined;
    });
    void host.saveHooks?.journalSynced?.().then((synced) => {
      isLocal ||= synced;
      // The journal has failed: what was written will not be in it.
      isHopeless = local > 0 && !isLocal;
      replication.serveWaiters();
    });
    return block;
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
  summary: 'Waits until replicas have what was written.',
  complexity: 'O(1)',
  categories: ['-@keyspace', '@connection'],
  hints: ['request_policy:all_shards', 'response_policy:agg_min'],
  syntax: 'numreplicas timeout',
  run(context, [replicasText, timeoutText]) {
    const replicas = integer(replicasText);
    const timeout = integer(timeoutText, TIMEOUT_NOT_AN_INTEGER);
    checkTimeout(context.engine.version, BigInt(timeout), context.now);
    const { session } = context;
    const { replication } = context.engine;
    const { streamOffset: offset } = session;
    const count = () => replication.having(offset);
    if (context.denyBlocking || count() >= replicas) return count();
    const block = new Block([], timeout, count, () => undefined);
    replication.wait(session, block, () => (count() >= replicas ? count() : undefined));
    return block;
  },
});
