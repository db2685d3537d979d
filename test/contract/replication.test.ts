import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startListener } from '../../src/modules/cache/standalone/listener';
import { bigValueOperation } from '../support/big-value-operations';
import { JournaledEngines } from '../support/journaled-engine';
import { figureOf, type Master, type OurMaster, ourMaster, RealReplica, realMaster } from '../support/replicas';
import { RespClient, textOf, type WireReply } from '../support/resp-client';
import { SeededRandom } from '../support/seeded-random';
import { slice } from '../support/slice';
import { temporaryPath } from '../support/temporary-path';
import { until } from '../support/until';
import { randomLimits, randomValue } from '../fuzz/dump-values';

let master: OurMaster;
const stops: (() => Promise<void>)[] = [];

beforeEach(async () => {
  master = await ourMaster();
});
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
  await master.stop();
});

async function replicaOf(of: Master, args: readonly string[] = []): Promise<RealReplica> {
  const replica = await RealReplica.of(of, { args });
  stops.push(() => replica.stop());
  return replica;
}

/** Sends many commands at once, and waits for their answers. */
async function sendAll(client: RespClient, lines: readonly (readonly string[])[]): Promise<WireReply[]> {
  for (const line of lines) client.send(...line);
  const replies: WireReply[] = [];
  for (const line of lines) {
    const reply = await client.next();
    if (reply === undefined) throw new Error(`the connection ended before ${line.join(' ')} was answered`);
    replies.push(reply);
  }
  return replies;
}

const digest = async (client: RespClient): Promise<string> => textOf(await client.command('DEBUG', 'DIGEST'));
const set = (count: number, size: number): string[][] =>
  Array.from({ length: count }, (_, i) => ['SET', `key ${String(i)}`, 'x'.repeat(size)]);

const NOWHERE_ELSE = { host: '127.0.0.1', port: 0, path: '', password: '' };
const { size, seed } = slice({ short: 2, long: 6 });

describe('a real server as a replica', () => {
  it.each(Array.from({ length: size }, (_, i) => seed + i))(
    'has what there was, and what changed meanwhile and since (seed %i)',
    async (of) => {
      const random = new SeededRandom(of);
      const { client } = master;
      for (let i = 0; i < 40; i++) {
        const key = `key ${String(i)}`;
        const { recipe } = randomValue(random);
        await sendAll(client, [...randomLimits(random), ['SELECT', random.pick(['0', '0', '9'])], ['DEL', 'k', key]]);
        // A Redis that loads a file makes a small sorted set one listpack, as its own settings say, and there is no -0 in that.
        await sendAll(
          client,
          recipe.map((line) => line.map((word) => (word === '-0' ? '0' : word))),
        );
        if (random.below(3) === 0) await client.command('PEXPIRE', 'k', '4000000000');
        await client.command('RENAME', 'k', key);
      }
      await client.command('SELECT', '0');
      await client.command('FUNCTION', 'LOAD', "#!lua name=lib\nredis.register_function('f', function() return 1 end)");
      const operate = async (count: number) => {
        for (let i = 0; i < count; i++) await client.command(...bigValueOperation(random));
      };
      await operate(200);
      const replica = await replicaOf(master);
      // Before the data is read for it, while it is, and after.
      await operate(600);
      await replica.catchUp();
      expect(await digest(replica.client)).toBe(await digest(client));
      expect(await replica.client.command('FUNCTION', 'LIST', 'WITHCODE')).toEqual(
        await client.command('FUNCTION', 'LIST', 'WITHCODE'),
      );
      expect(await figureOf(client, 'sync_full')).toBe('1');
      // And nothing is missing when it becomes a master itself.
      await replica.client.command('REPLICAOF', 'NO', 'ONE');
      expect(await digest(replica.client)).toBe(await digest(client));
    },
  );

  it('goes on where it was when the connection was lost', async () => {
    const replica = await replicaOf(master);
    await sendAll(master.client, set(10, 10));
    await replica.catchUp();
    expect(await master.client.command('CLIENT', 'KILL', 'TYPE', 'replica')).toEqual({ type: ':', value: '1' });
    await sendAll(master.client, [['MULTI'], ['SELECT', '3'], ['INCR', 'n'], ['EXEC'], ...set(20, 20)]);
    await replica.catchUp();
    expect(await digest(replica.client)).toBe(await digest(master.client));
    expect(await figureOf(master.client, 'sync_full')).toBe('1');
    expect(await figureOf(master.client, 'sync_partial_ok')).toBe('1');
  });

  it('is counted, and what it lacks', async () => {
    const replica = await replicaOf(master);
    expect(master.engine.statistics()).toMatchObject({ replicas: 0, replicaLagBytes: 0 });
    await replica.catchUp();
    await sendAll(master.client, set(1, 10));
    const hasAll = () => Promise.resolve(master.engine.statistics().replicaLagBytes === 0);
    await until('it has acknowledged everything', hasAll);
    expect(master.engine.statistics().replicas).toBe(1);
    process.kill(replica.server.pid, 'SIGSTOP');
    await sendAll(master.client, [...set(1, 1000), ['WAIT', '1', '1']]);
    expect(master.engine.statistics().replicaLagBytes).toBeGreaterThan(1000);
    process.kill(replica.server.pid, 'SIGCONT');
    await until('it has acknowledged everything', hasAll);
  });

  it('gets all of the data again when it was away too long', async () => {
    await master.client.command('CONFIG', 'SET', 'repl-backlog-size', '16kb');
    const replica = await replicaOf(master);
    await replica.catchUp();
    process.kill(replica.server.pid, 'SIGSTOP');
    await master.client.command('CLIENT', 'KILL', 'TYPE', 'slave');
    await sendAll(master.client, set(50, 1000));
    process.kill(replica.server.pid, 'SIGCONT');
    await replica.catchUp();
    expect(await digest(replica.client)).toBe(await digest(master.client));
    expect(await figureOf(master.client, 'sync_full')).toBe('2');
    // The first was that of a server that never was a replica.
    expect(await figureOf(master.client, 'sync_partial_err')).toBe('2');
  });

  it('is closed when it does not read, and starts again', async () => {
    await master.client.command('CONFIG', 'SET', 'client-output-buffer-limit', 'replica 1mb 0 0');
    const replica = await replicaOf(master);
    await replica.catchUp();
    process.kill(replica.server.pid, 'SIGSTOP');
    while ((await figureOf(master.client, 'connected_slaves')) === '1') await sendAll(master.client, set(100, 100_000));
    process.kill(replica.server.pid, 'SIGCONT');
    await replica.catchUp();
    expect(await digest(replica.client)).toBe(await digest(master.client));
  });

  it('comes before others when there have to be replicas', async () => {
    const write = () => master.client.command('SET', 'k', 'v');
    await master.client.command('CONFIG', 'SET', 'min-replicas-to-write', '1');
    expect(textOf(await write())).toBe('NOREPLICAS Not enough good replicas to write.');
    const replica = await replicaOf(master);
    await until('the replica counts', async () => textOf(await write()) === 'OK');
    expect(await figureOf(master.client, 'min_slaves_good_slaves')).toBe('1');
    process.kill(replica.server.pid, 'SIGKILL');
    await until('the replica does not count', async () => textOf(await write()).startsWith('NOREPLICAS'));
  });

  it('expires nothing by itself, and gets what was evicted', async () => {
    const replica = await replicaOf(master);
    await sendAll(master.client, [['SET', 'short', 'v', 'PX', '50'], ...set(100, 1000)]);
    await until('a key has expired', async () => (await figureOf(master.client, 'expired_keys')) === '1');
    await sendAll(master.client, [['CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru', 'maxmemory', '50kb'], ['PING']]);
    await sendAll(master.client, set(1, 10));
    await replica.catchUp();
    expect(await replica.client.command('DBSIZE')).toEqual(await master.client.command('DBSIZE'));
    expect(await digest(replica.client)).toBe(await digest(master.client));
  });
});

describe('an engine whose data is kept', () => {
  const engines = new JournaledEngines();
  afterEach(() => engines.end());

  it('writes snapshots and serves replicas, whichever begins first', async () => {
    const kept = await engines.open(await temporaryPath(), { durability: 'always' });
    const listener = await startListener(kept.embedded, NOWHERE_ELSE);
    const of: Master = {
      port: listener.port ?? 0,
      client: await RespClient.open(listener.port ?? 0),
      stop: () => listener.close(),
    };
    stops.push(() => of.stop());
    const random = new SeededRandom(seed);
    const operate = async (count: number) => {
      for (let i = 0; i < count; i++) await of.client.command(...bigValueOperation(random));
    };
    await operate(50);
    const saved = kept.manager.snapshotNow();
    const replicas = [await replicaOf(of), await replicaOf(of)];
    await operate(50);
    await saved;
    const again = kept.manager.snapshotNow();
    replicas.push(await replicaOf(of));
    await operate(50);
    await again;
    for (const replica of replicas) {
      await replica.catchUp();
      expect(await digest(replica.client)).toBe(await digest(of.client));
    }
    of.client.close();
  });
});

describe('on a real master and here', () => {
  /** The same on both, each with a replica. */
  async function onBoth<T>(ask: (of: Master) => Promise<T>): Promise<{ ours: T; theirs: T }> {
    const real = await realMaster();
    stops.push(() => real.stop());
    return { ours: await ask(master), theirs: await ask(real) };
  }

  it('WAIT says how many replicas have what was written', async () => {
    const { ours, theirs } = await onBoth(async (of) => {
      const { client } = of;
      const [watcher, other] = [await RespClient.open(of.port), await RespClient.open(of.port)];
      const replies: unknown[] = [];
      const ask = async (from: RespClient, ...lines: string[]) => {
        for (const line of lines) replies.push(await from.command(...line.split(' ')));
      };
      await ask(client, 'WAIT 0 0', 'WAIT -1 0', 'WAIT 1 -1');
      const replica = await replicaOf(of);
      /** What was asked for acknowledgements by is part of the stream as well. */
      const allAcknowledged = () =>
        until('everything is acknowledged', async () => {
          const [has, all] = [await figureOf(watcher, 'slave0'), await figureOf(watcher, 'master_repl_offset')];
          return has.includes(`state=online,offset=${all},`);
        });
      await allAcknowledged();
      await ask(client, 'SET k v', 'WAIT 1 0', 'WAIT 0 0');
      await allAcknowledged();
      await ask(client, 'PING', 'WAIT 2 30', 'MULTI', 'WAIT 1 0');
      await allAcknowledged();
      await ask(client, 'EXEC');
      const id = textOf(await other.command('CLIENT', 'ID'));
      other.send('WAIT', '3', '0');
      await until('it waits', async () => (await figureOf(watcher, 'blocked_clients')) === '1');
      await ask(client, `CLIENT UNBLOCK ${id}`);
      replies.push(await other.next());
      for (const closing of [watcher, other]) closing.close();
      process.kill(replica.server.pid, 'SIGSTOP');
      await ask(client, 'SET k w', 'WAIT 1 30');
      process.kill(replica.server.pid, 'SIGCONT');
      await ask(client, 'WAIT 1 0');
      return replies;
    });
    expect(ours).toEqual(theirs);
  });

  it('a master says the same of itself and its replicas', async () => {
    const { ours, theirs } = await onBoth(async (of) => {
      const replica = await replicaOf(of, ['--replica-announce-ip', '10.1.2.3', '--replica-announce-port', '4321']);
      await replica.catchUp();
      const state = async () => /state=(\w+)/.exec(await figureOf(of.client, 'slave0'))?.[1];
      await until('it is online', async () => (await state()) === 'online');
      await sendAll(of.client, [
        ['SET', 'k', 'v'],
        ['WAIT', '1', '0'],
      ]);
      const text = textOf(await of.client.command('INFO', 'replication'));
      const list = textOf(await of.client.command('CLIENT', 'LIST', 'TYPE', 'replica'));
      const [role, , replicas] = (await of.client.command('ROLE'))?.value as WireReply[];
      return {
        info: text.replace(/=\d+(?=,|\r)|:\d+(?=\r)|[0-9a-f]{40}/g, (found) =>
          /^[0-9a-f]{40}/.test(found) ? 'id' : '#',
        ),
        replica: await figureOf(of.client, 'slave0').then((line) => line.replace(/offset=\d+,lag=\d/, '')),
        role: [role, (replicas?.value as WireReply[]).map(({ value }) => (value as WireReply[]).slice(0, 2))],
        flags: /flags=(\S+)/.exec(list)?.[1],
        cmd: /cmd=(\S+)/.exec(list)?.[1],
        normal: textOf(await of.client.command('CLIENT', 'LIST', 'TYPE', 'normal')).split('\n').length,
      };
    });
    expect(ours).toEqual(theirs);
  });

  it('the end of the stream counts as memory, and what went to replicas as sent', async () => {
    const { ours, theirs } = await onBoth(async (of) => {
      const backlog = async () => Number(await figureOf(of.client, 'mem_replication_backlog'));
      const [before, used] = [await backlog(), Number(await figureOf(of.client, 'used_memory'))];
      await of.client.command('CONFIG', 'SET', 'repl-backlog-size', '10mb');
      const replica = await replicaOf(of);
      await replica.catchUp();
      await sendAll(
        of.client,
        Array.from({ length: 50 }, () => ['SET', 'k', 'x'.repeat(100_000)]),
      );
      await replica.catchUp();
      const sent = Number(await figureOf(of.client, 'total_net_repl_output_bytes'));
      return {
        before,
        backlog: Math.round((await backlog()) / 1e6),
        used: Math.round((Number(await figureOf(of.client, 'used_memory')) - used) / 1e6),
        sent: Math.round(sent / 1e6),
        notForEviction: await figureOf(of.client, 'mem_not_counted_for_evict'),
      };
    });
    expect(ours).toEqual(theirs);
  });

  it('what makes no sense is refused in the same words', async () => {
    const lines = [
      ['PSYNC'],
      ['PSYNC', '?', 'x'],
      ['REPLCONF', 'listening-port', 'x'],
      ['REPLCONF', 'listening-port', '1', 'ip-address', 'x'.repeat(300)],
      ['REPLCONF', 'capa', 'eof', 'capa', 'psync2', 'capa', 'none'],
      ['REPLCONF', 'rdb-only', 'x'],
      ['REPLCONF', 'rdb-filter-only', 'functions keys'],
      ['REPLCONF', 'rdb-filter-only', '"'],
      ['REPLCONF', 'rdb-filter-only', ''],
      ['REPLCONF', 'nothing', '1'],
      ['MULTI'],
      ['SYNC'],
      ['EXEC'],
      ['EVAL', "return redis.pcall('sync')", '0'],
      ['SYNC', 'x'],
    ];
    const { ours, theirs } = await onBoth(async ({ client }) => {
      const replies: unknown[] = [];
      for (const line of lines) replies.push(await client.command(...line));
      // In one piece: what is answered to PING has not left when the others are looked at.
      client.sendRaw('PING\r\nSYNC\r\nPSYNC x x\r\n');
      for (let left = 3; left > 0; left--) replies.push(await client.next());
      return replies;
    });
    expect(ours).toEqual(theirs);
  });

  it.each(['GET k', 'SET k v', 'PUBLISH k v', 'NOPE', 'PING'])('a replica that says %s is hung up on', async (line) => {
    const { ours, theirs } = await onBoth(async (of) => {
      const client = await RespClient.open(of.port);
      const closed = new Promise((resolve) => client.socket.once('close', resolve));
      let stream = '';
      client.socket.removeAllListeners('data').on('data', (bytes: Buffer) => (stream += bytes.toString('latin1')));
      client.send('PSYNC', '?', '-1');
      const header = /\$(\d+)\r\nREDIS/;
      await until('it has the data', () => Promise.resolve(header.test(stream)));
      await until('it is online', async () => (await figureOf(of.client, 'slave0')).includes('online'));
      client.send('REPLCONF', 'ACK', '0');
      client.send(...line.split(' '));
      await closed;
      const [head = '', bytes = ''] = header.exec(stream) ?? [];
      return stream.slice(stream.indexOf(head) + head.length - 'REDIS'.length + Number(bytes));
    });
    expect(ours).toBe(theirs);
  });
});

describe('redis-cli', () => {
  const folder = mkdtempSync(join(tmpdir(), 'replication-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['--rdb', 3],
    ['--functions-rdb', 0],
  ])('takes a copy with %s', async (option, keys) => {
    await sendAll(master.client, [
      ...set(3, 10),
      ['FUNCTION', 'LOAD', '#!lua name=l\nredis.register_function("f", print)'],
    ]);
    const file = join(folder, 'copy.rdb');
    const { spawn } = await import('node:child_process');
    const child = spawn('redis-cli', ['-p', String(master.port), option, file], { stdio: 'ignore' });
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
    const found = execFileSync('redis-check-rdb', [file], { encoding: 'utf8' });
    expect(found).toContain(`[info] ${String(keys)} keys read`);
    expect(found).toContain('RDB looks OK');
    await until('it has gone', async () => (await figureOf(master.client, 'connected_slaves')) === '0');
  });
});
