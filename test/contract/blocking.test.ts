import { RespClient, type WireReply } from '../support/resp-client';
import { contract, useServers, type Step, type Words } from './harness';

const servers = useServers();

const SEVERAL = { wireOnly: 'needs several connections' };
const block = (as: string, ...run: Words): Step => ({ run, as, blocks: true });
const read = (...names: string[]): Step[] => names.map((name) => ({ read: name }));

contract('what is there is taken at once', [
  ['RPUSH', 'l', 1, 2, 3, 4, 5, 6],
  ['BLPOP', 'none', 'l', 0],
  ['BRPOP', 'l', 0],
  ['BLMOVE', 'l', 'm', 'LEFT', 'RIGHT', 0],
  ['BRPOPLPUSH', 'l', 'm', 0],
  ['BLMPOP', 0, 2, 'none', 'l', 'RIGHT', 'COUNT', 5],
  ['LRANGE', 'm', 0, -1],
]);

// Since 7.2 it is run anew: with the permissions and the memory there are then.
contract(
  'a command that waited, and may not run when its key is there',
  [
    ['ACL', 'SETUSER', 'waiter', 'on', 'nopass', '+@all', 'allkeys'],
    { run: ['AUTH', 'waiter', 'x'], as: 'a' },
    block('a', 'BLPOP', 'l', 0),
    ['CONFIG', 'RESETSTAT'],
    ['ACL', 'SETUSER', 'waiter', 'resetkeys'],
    ['LPUSH', 'l', 'x', 'y'],
    ['PING'],
    ['LRANGE', 'l', 0, -1],
    ...read('a'),
    { run: ['PING'], as: 'a' },
    ['ACL', 'SETUSER', 'waiter', 'allkeys', '-blpop'],
    { run: ['BLPOP', 'l', 0], as: 'a' },
    ['ACL', 'DELUSER', 'waiter'],
    block('b', 'BLMOVE', 'm', 'n', 'LEFT', 'LEFT', 0),
    ['CONFIG', 'SET', 'maxmemory', 1],
    ['RENAME', 'l', 'm'],
    ['CONFIG', 'SET', 'maxmemory', 0],
    ['LLEN', 'n'],
    ...read('b'),
    { run: ['PING'], as: 'b' },
  ],
  SEVERAL,
);

contract('the time to wait', [
  ['BLPOP', 'l', '0.01'],
  ['BRPOP', 'l', 'k', '0.001'],
  ['BLMOVE', 'l', 'm', 'LEFT', 'LEFT', '0.01'],
  ['BRPOPLPUSH', 'l', 'm', '.01'],
  ['BLMPOP', '1e-2', 1, 'l', 'LEFT'],
  ...['x', '-1', 'inf', '-inf', 'nan', '', ' 1', '1e30', '99999999999999999'].flatMap(
    (timeout) =>
      [
        ['BLPOP', 'l', timeout],
        ['BRPOPLPUSH', 'l', 'm', timeout],
        ['BLMPOP', timeout, 1, 'l', 'LEFT'],
      ] satisfies Words[],
  ),
  ['BLMOVE', 'l', 'm', 'x', 'LEFT', 'x'],
  ['BLMOVE', 'l', 'm', 'LEFT', 'LEFT', 'x'],
  ['BLMPOP', 0, 0, 'l', 'LEFT'],
  ['BLMPOP', 0, 'x', 'l', 'LEFT'],
  ['BLMPOP', 0, 2, 'l', 'LEFT'],
  ['BLMPOP', 0, 1, 'l', 'x'],
  ['BLMPOP', 0, 1, 'l', 'LEFT', 'COUNT', 0],
  ['BLMPOP', 0, 1, 'l', 'LEFT', 'COUNT', 1, 'COUNT', 1],
  ['BLMPOP', 'x', 0, 'l', 'x'],
  ['BLPOP', 'l'],
  ['BLMPOP', 0, 1, 'l'],
]);

contract('inside MULTI nothing waits', [
  ['MULTI'],
  ['BLPOP', 'l', 0],
  ['BRPOP', 'l', 0],
  ['BLMOVE', 'l', 'm', 'LEFT', 'LEFT', 0],
  ['BRPOPLPUSH', 'l', 'm', 0],
  ['BLMPOP', 0, 1, 'l', 'LEFT'],
  ['WAIT', 1, 0],
  ['EXEC'],
  ['MULTI'],
  ['RPUSH', 'l', 1],
  ['BLPOP', 'l', 0],
  ['EXEC'],
]);

contract(
  'first come, first served, while elements last',
  [
    block('a', 'BLPOP', 'l', 0),
    block('b', 'BRPOP', 'x', 'l', 0),
    block('c', 'BLMPOP', 0, 1, 'l', 'LEFT', 'COUNT', 2),
    block('d', 'BLPOP', 'l', 0),
    ['RPUSH', 'l', 1, 2, 3],
    ...read('a', 'b', 'c'),
    ['LRANGE', 'l', 0, -1],
    ['RPUSH', 'l', 4, 5],
    ...read('d'),
    ['LRANGE', 'l', 0, -1],
  ],
  SEVERAL,
);

contract(
  'several keys: the one that becomes ready counts, named twice or not',
  [
    block('a', 'BLPOP', 'k1', 'k2', 'k1', 0),
    ['RPUSH', 'k2', 'two'],
    ...read('a'),
    block('a', 'BLPOP', 'k1', 'k2', 0),
    ['MULTI'],
    ['RPUSH', 'k2', 'x'],
    ['RPUSH', 'k1', 'y'],
    ['EXEC'],
    ...read('a'),
    ['LRANGE', 'k1', 0, -1],
    ['LRANGE', 'k2', 0, -1],
  ],
  SEVERAL,
);

contract(
  'every writer wakes',
  [
    block('a', 'BLPOP', 'l', 0),
    ['LPUSH', 'l', 1],
    ...read('a'),
    block('a', 'BLPOP', 'l', 0),
    ['RPUSH', 'o', 1],
    ['RENAME', 'o', 'l'],
    ...read('a'),
    block('a', 'BLPOP', 'l', 0),
    ['RPUSH', 'o', 1],
    ['RENAMENX', 'o', 'l'],
    ...read('a'),
    block('a', 'BLPOP', 'l', 0),
    ['RPUSH', 'o', 1],
    ['COPY', 'o', 'l'],
    ...read('a'),
    ['DEL', 'o'],
    block('a', 'BLPOP', 'l', 0),
    ['RPUSH', 'o', 1],
    ['LMOVE', 'o', 'l', 'LEFT', 'LEFT'],
    ...read('a'),
    block('a', 'BLPOP', 'l', 0),
    { run: ['SELECT', 1], as: 'one' },
    { run: ['RPUSH', 'l', 1], as: 'one' },
    { run: ['MOVE', 'l', 0], as: 'one' },
    ...read('a'),
    block('a', 'BLPOP', 'l', 0),
    { run: ['RPUSH', 'l', 1], as: 'one' },
    ['SWAPDB', 0, 1],
    ...read('a'),
    block('a', 'BLPOP', 'l', 0),
    ['MULTI'],
    ['RPUSH', 'l', 1],
    ['EXEC'],
    ...read('a'),
    block('a', 'BLPOP', 'l', 0),
    ['RPUSH', 'src', 3, 1, 2],
    ['SORT', 'src', 'STORE', 'l'],
    ...read('a'),
    ['LRANGE', 'l', 0, -1],
  ],
  SEVERAL,
);

contract(
  'a transaction that takes its elements back wakes nobody',
  [
    block('a', 'BLPOP', 'l', 0),
    ['MULTI'],
    ['RPUSH', 'l', 1],
    ['DEL', 'l'],
    ['EXEC'],
    ['MULTI'],
    ['RPUSH', 'l', 1],
    ['LPOP', 'l'],
    ['EXEC'],
    ['MULTI'],
    ['RPUSH', 'l', 1],
    ['DEL', 'l'],
    ['SET', 'l', 'text'],
    ['EXEC'],
    ['DEL', 'l'],
    ['RPUSH', 'l', 'now'],
    ...read('a'),
  ],
  SEVERAL,
);

contract(
  'another type leaves a client waiting',
  [
    block('a', 'BLPOP', 'l', 0),
    ['SET', 'l', 'text'],
    ['DEL', 'l'],
    ['HSET', 'l', 'f', 1],
    ['DEL', 'l'],
    ['RPUSH', 'l', 1],
    ...read('a'),
    block('a', 'BLPOP', 'l', 0),
    ['SET', 'l', 'text'],
    ['RPUSH', 'o', 1],
    ['RENAME', 'o', 'l'],
    ...read('a'),
    ['EXISTS', 'l'],
  ],
  SEVERAL,
);

contract(
  'BLMOVE: chains, itself, a target of another type',
  [
    block('a', 'BLMOVE', 'l', 'm', 'LEFT', 'RIGHT', 0),
    block('b', 'BLPOP', 'm', 0),
    ['RPUSH', 'l', 1, 2],
    ...read('a', 'b'),
    ['LRANGE', 'l', 0, -1],
    ['DEL', 'l'],
    block('a', 'BRPOPLPUSH', 'l', 'l', 0),
    ['RPUSH', 'l', 1, 2],
    ...read('a'),
    ['LRANGE', 'l', 0, -1],
    ['DEL', 'l'],
    ['SET', 's', 'text'],
    block('a', 'BRPOPLPUSH', 'l', 's', 0),
    block('b', 'BLPOP', 'l', 0),
    ['RPUSH', 'l', 1, 2],
    ...read('a', 'b'),
    ['LRANGE', 'l', 0, -1],
    ['DEL', 'l'],
    block('a', 'BRPOPLPUSH', 'x', 'y', 0),
    block('b', 'BRPOPLPUSH', 'y', 'x', 0),
    ['RPUSH', 'x', 'e'],
    ...read('a', 'b'),
    ['LRANGE', 'x', 0, -1],
    ['LRANGE', 'y', 0, -1],
  ],
  SEVERAL,
);

contract(
  'timeouts while waiting, and what follows on the same connection',
  [
    {
      run: [
        ['BLPOP', 'l', '0.05'],
        ['PING'],
        ['BLMOVE', 'l', 'm', 'LEFT', 'LEFT', '0.05'],
        ['BRPOPLPUSH', 'l', 'm', '0.05'],
        ['BLMPOP', '0.05', 1, 'l', 'LEFT'],
        ['ECHO', 'x'],
      ],
    },
    {
      run: [
        ['BLPOP', 'l', 0],
        ['ECHO', 'after'],
      ],
      as: 'a',
      blocks: true,
    },
    ['RPUSH', 'l', 1],
    ...read('a', 'a'),
  ],
  SEVERAL,
);

contract(
  'events of what is served later',
  [
    ['CONFIG', 'SET', 'notify-keyspace-events', 'AKEmn'],
    { run: ['PSUBSCRIBE', '__key*'], as: 'events' },
    block('a', 'BLPOP', 'l', 0),
    ['RPUSH', 'l', 1, 2],
    ...read('a'),
    ['DEL', 'l'],
    block('a', 'BRPOP', 'l', 0),
    ['RPUSH', 'l', 1],
    ...read('a'),
    block('a', 'BLMOVE', 'l', 'm', 'LEFT', 'RIGHT', 0),
    ['RPUSH', 'l', 1],
    ...read('a'),
    block('a', 'BRPOPLPUSH', 'l', 'm', 0),
    ['RPUSH', 'l', 1, 2],
    ...read('a'),
    ['DEL', 'l'],
    block('a', 'BRPOPLPUSH', 'l', 'l', 0),
    ['RPUSH', 'l', 1],
    ...read('a'),
    ['DEL', 'l'],
    block('a', 'BLMPOP', 0, 2, 'k', 'l', 'LEFT', 'COUNT', 5),
    ['RPUSH', 'l', 1, 2],
    ...read('a'),
    block('a', 'BLMOVE', 'l', 'm', 'LEFT', 'RIGHT', 0),
    block('b', 'BLPOP', 'm', 'n', 0),
    ['DEL', 'm'],
    ['RPUSH', 'l', 1],
    ...read('a', 'b'),
    ['CONFIG', 'SET', 'notify-keyspace-events', ''],
    ['PING'],
  ],
  SEVERAL,
);

contract('WAIT without replicas', [
  ['WAIT', 0, 0],
  ['WAIT', 1, 20],
  ['WAIT', 'x', 1],
  ['WAIT', 1, 'x'],
  ['WAIT', 1, -1],
  ['WAIT', -1, 1],
  ['WAIT', 1],
]);

contract('CLIENT UNBLOCK, when nobody waits', [
  ['CLIENT', 'UNBLOCK', 'x'],
  ['CLIENT', 'UNBLOCK', 999999],
  ['CLIENT', 'UNBLOCK', 999999, 'error'],
  ['CLIENT', 'UNBLOCK', 1, 'NOPE'],
  ['CLIENT', 'UNBLOCK', 'x', 'NOPE'],
  ['CLIENT', 'UNBLOCK'],
  ['CLIENT', 'UNBLOCK', 1, 'TIMEOUT', 'x'],
]);

contract(
  'CLIENT REPLY SKIP holds until the wait is over',
  [
    {
      run: [
        ['CLIENT', 'REPLY', 'SKIP'],
        ['BLPOP', 'l', 0],
        ['ECHO', 'after'],
      ],
      as: 'a',
      blocks: true,
    },
    ['RPUSH', 'l', 1],
    ...read('a'),
  ],
  SEVERAL,
);

contract(
  'WATCH sees what a waiting client takes',
  [
    block('a', 'BLPOP', 'l', 0),
    ['WATCH', 'l'],
    { run: ['RPUSH', 'l', 1], as: 'b' },
    ...read('a'),
    ['MULTI'],
    ['PING'],
    ['EXEC'],
    block('a', 'BLMOVE', 'l', 'm', 'LEFT', 'LEFT', 0),
    ['WATCH', 'm'],
    { run: ['RPUSH', 'l', 1], as: 'b' },
    ...read('a'),
    ['MULTI'],
    ['PING'],
    ['EXEC'],
  ],
  SEVERAL,
);

contract(
  'a script may push, but not wait',
  [
    block('a', 'BLPOP', 'l', 0),
    ['EVAL', "redis.call('RPUSH', 'l', 1, 2) return redis.call('LLEN', 'l')", 0],
    ...read('a'),
    ['LRANGE', 'l', 0, -1],
    ['EVAL', "return redis.pcall('BLPOP', 'none', 0).err", 0],
    ['EVAL', "return redis.call('BLMPOP', 0, 1, 'none', 'LEFT')", 0],
    ['EVAL', "return redis.call('BLMPOP', 0, 1, 'l', 'LEFT')", 0],
  ],
  SEVERAL,
);

describe('clients that stop waiting', () => {
  /** What both servers answer to the same conversation with clients `a`, `b` (waiting, in this order) and `main`. */
  const onBoth = async (
    talk: (clients: { main: RespClient; a: RespClient; b: RespClient; idOfA: string }) => Promise<unknown[]>,
  ) => {
    const { real, listener } = servers();
    return Promise.all(
      [real.port, listener.port ?? 0].map(async (port) => {
        const [main, a, b] = await Promise.all([RespClient.open(port), RespClient.open(port), RespClient.open(port)]);
        await main.command('FLUSHALL');
        const idOfA = text(await a.command('CLIENT', 'ID'));
        for (const client of [a, b]) {
          client.send('BLPOP', 'l', '0');
          await blocked(main, client === a ? 1 : 2);
        }
        try {
          return await talk({ main, a, b, idOfA });
        } finally {
          for (const client of [main, a, b]) client.close();
        }
      }),
    );
  };
  const text = (reply: WireReply | undefined) => (typeof reply?.value === 'string' ? reply.value : '');
  /** Asks until so many clients are waiting. */
  const blocked = async (main: RespClient, count: number) => {
    for (;;) {
      const list = text(await main.command('CLIENT', 'LIST'));
      const waiting = list.split('\n').filter((line) => line.includes(' flags=b '));
      if (waiting.length === count) return;
    }
  };

  it.each(['TIMEOUT', 'ERROR', undefined])('CLIENT UNBLOCK %s ends a wait, once', async (reason) => {
    const [expected, actual] = await onBoth(async ({ main, a, b, idOfA }) => [
      await main.command('CLIENT', 'UNBLOCK', idOfA, ...(reason === undefined ? [] : [reason])),
      await a.next(),
      await main.command('CLIENT', 'UNBLOCK', idOfA),
      await main.command('RPUSH', 'l', 'for b'),
      await b.next(),
      await a.command('PING'),
    ]);
    expect(actual).toEqual(expected);
  });

  it('a client that disconnects gets nothing: the next one does', async () => {
    const [expected, actual] = await onBoth(async ({ main, a, b }) => {
      a.close();
      await blocked(main, 1);
      return [await main.command('RPUSH', 'l', 'x'), await b.next(), await main.command('EXISTS', 'l')];
    });
    expect(actual).toEqual(expected);
  });

  it('a client killed while it waits gets nothing', async () => {
    const [expected, actual] = await onBoth(async ({ main, a, b, idOfA }) => [
      await main.command('CLIENT', 'KILL', 'ID', idOfA),
      await a.next(),
      await main.command('RPUSH', 'l', 'x'),
      await b.next(),
    ]);
    expect(actual).toEqual(expected);
  });
});
