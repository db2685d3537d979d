import type { Redis } from 'ioredis';

/** What clients of an application write while its data is moved: changes of every kind, and what was acknowledged of them. */
export class LiveWriters {
  /** How often `counter` was raised, as far as that was answered. */
  acknowledged = 0;
  /** Commands that were answered. */
  commands = 0;
  #stopped = false;
  readonly #done: Promise<void>;

  /** @param pauseMs between two rounds of some thirty changes */
  constructor(
    private readonly client: Redis,
    private readonly pauseMs = 5,
  ) {
    this.#done = this.#write();
  }

  /** Resolves when the last round was answered, or the client is gone. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
  }

  async #write(): Promise<void> {
    for (let round = 0; !this.#stopped; round++) {
      const replies = await roundOf(this.client, round)
        .exec()
        .catch(() => null);
      if (replies === null) return;
      const [refused, raised] = replies[0] ?? [];
      // Only the connection can refuse it.
      if (refused !== null) return;
      this.acknowledged = Number(raised);
      this.commands += replies.length;
      await new Promise((resolve) => setTimeout(resolve, this.pauseMs));
    }
  }
}

const LATER = 3_600_000;

function roundOf(client: Redis, round: number) {
  const n = String(round % 997);
  const pipeline = client.pipeline().incr('counter');
  pipeline.set(`session:${n}`, String(round), 'PX', LATER).getex(`session:${String((round * 7) % 997)}`, 'EX', 7200);
  pipeline.hset(`hash:${n}`, 'round', round).hincrbyfloat(`hash:${n}`, 'sum', 0.1).expire(`hash:${n}`, 4000);
  pipeline.rpush('list', round).lpop('list').lmove('list', 'other', 'LEFT', 'RIGHT').ltrim('other', -50, -1);
  pipeline
    .sadd(`set:${n}`, round, round + 1, 'x')
    .spop(`set:${n}`)
    .smove(`set:${n}`, 'set:all', 'x')
    .srem('set:all', 'x');
  pipeline
    .zadd('board', round % 100, n)
    .zincrby('board', 1.5, n)
    .zpopmin('board')
    .zunionstore('boards', 1, 'board');
  pipeline.xadd('stream', 'MAXLEN', '~', 200, '*', 'round', round).xgroup('CREATE', 'stream', 'group', '$', 'MKSTREAM');
  pipeline.xreadgroup('GROUP', 'group', `consumer-${String(round % 3)}`, 'COUNT', 2, 'STREAMS', 'stream', '>');
  pipeline
    .del(`session:${String((round * 13) % 997)}`)
    .rename(`hash:${n}`, `renamed:${n}`)
    .copy(`set:${n}`, `copied:${n}`);
  pipeline.call('MULTI');
  pipeline.set(`pair:${n}`, round).append(`pair:${n}`, '.').persist(`renamed:${n}`).call('EXEC');
  pipeline.eval(
    "redis.call('INCR', KEYS[1]) return redis.call('LPUSH', KEYS[2], ARGV[1])",
    2,
    'scripted',
    `by:${n}`,
    round,
  );
  pipeline.select(3).set(`elsewhere:${n}`, round, 'EX', 7200).move(`elsewhere:${n}`, 0).select(0);
  pipeline
    .pfadd('visitors', n)
    .setbit('bits', round % 9999, round % 2)
    .geoadd('places', 13.361, 38.115, n);
  return pipeline;
}
