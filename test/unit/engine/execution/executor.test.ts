import { ErrorReply } from '../../../../src/engine';
import { Block, NO_REPLY } from '../../../../src/engine/command/answers';
import type { AnyCommand } from '../../../../src/engine/command/definition';
import { ReplyGate } from '../../../../src/engine/effects/reply-gate';
import { Executor, type ExecutorParts } from '../../../../src/engine/execution/executor';
import { Memory } from '../../../../src/engine/keyspace/memory';
import { Blocking } from '../../../../src/engine/session/blocking';
import { Clients } from '../../../../src/engine/session/clients';
import { Monitors } from '../../../../src/engine/session/monitors';
import { Pausing } from '../../../../src/engine/session/pausing';
import { SlowLog } from '../../../../src/engine/session/slow-log';
import { Tracking } from '../../../../src/engine/session/tracking';
import { Counters } from '../../../../src/engine/statistics/counters';
import { Latency } from '../../../../src/engine/statistics/latency';
import { BareClient, bareCommand, bareHouse } from '../../../support/bare-client';

/** An executor of commands of its own, with everything it asks and nothing that the commands of Redis need. */
function setup(commands: readonly AnyCommand[], own: Partial<ExecutorParts> = {}) {
  const house = bareHouse(commands);
  const memory = new Memory(house.keyspace, 0, () => 0.5);
  const clients = new Clients({ clock: house.clock, memory });
  const counters = new Counters(house.commands.version);
  const defects: unknown[] = [];
  const internalError = (command: string, failure: unknown) => {
    defects.push(failure);
    return new ErrorReply(`ERR internal error in '${command}'`);
  };
  const tracking = new Tracking({ ...house, memory, clients });
  const blocking = new Blocking({
    ...house,
    clients,
    counters,
    tracking,
    executor: { measureWait: () => undefined, refuseResumed: () => undefined },
    internalError,
  });
  const executor = new Executor({
    ...house,
    clients,
    memory,
    counters,
    tracking,
    blocking,
    internalError,
    pausing: new Pausing({ ...house, blocking, scripts: { mayWrite: () => true } }),
    monitors: new Monitors(),
    gate: new ReplyGate(),
    slowLog: new SlowLog({ slowLogBytes: 0 }, house.commands.version),
    latency: new Latency(),
    cluster: undefined,
    switches: {
      loading: false,
      skipsChecksums: false,
      scriptsMayRunAll: false,
      interference: undefined,
      writesRefused: undefined,
    },
    lacksReplicas: false,
    ...own,
  });
  const client = new BareClient(house);
  const run = (name: string, ...args: string[]) => {
    const reply = executor.execute(client, name, args);
    return reply instanceof ErrorReply ? reply.text : reply;
  };
  const statsOf = (name: string) => house.commands.resolve(name, []).stats;
  return { ...house, memory, counters, defects, blocking, executor, client, run, statsOf };
}

const loading = {
  loading: true,
  skipsChecksums: false,
  scriptsMayRunAll: false,
  interference: undefined,
  writesRefused: undefined,
};

describe('the gate', () => {
  const run = jest.fn(() => 'ran');
  const set = bareCommand('set', { flags: ['write', 'denyoom'], arity: 1, run });
  beforeEach(() => run.mockClear());

  /** A client about whom everything is wrong, and how each thing is put right, in the order of the checks. */
  it('asks in the order of Redis, and tells the first thing that is wrong', () => {
    const switches = { ...loading };
    const house = setup([set], { switches });
    const { acl, client, memory } = house;
    acl.setUser('nobody', ['on', 'nopass'], (_, failure) => {
      throw failure;
    });
    const nobody = acl.get('nobody') ?? acl.default;
    client.user = nobody;
    client.authenticated = false;
    client.monitoring = true;
    client.channels.add('news');
    memory.setLimit(1);
    const steps: readonly (readonly [words: readonly string[], then: () => unknown])[] = [
      [['nonsense'], () => undefined],
      [['set', 'too', 'many'], () => undefined],
      [['set'], () => (client.authenticated = true)],
      [['set'], () => (client.user = acl.default)],
      [['set'], () => memory.setLimit(0)],
      [['set'], () => client.channels.clear()],
      [['set'], () => (switches.loading = false)],
      [['set'], () => (client.monitoring = false)],
    ];
    const told = steps.map(([[name = '', ...args], then]) => {
      const reply = house.run(name, ...args);
      then();
      return String(reply).split(' ').slice(0, 4).join(' ');
    });
    expect(told).toEqual([
      "ERR unknown command 'nonsense',",
      'ERR wrong number of',
      'NOAUTH Authentication required.',
      'NOPERM User nobody has',
      'OOM command not allowed',
      "ERR Can't execute 'set':",
      'LOADING Redis is loading',
      "ERR Replica can't interact",
    ]);
    expect(run).not.toHaveBeenCalled();
    expect(house.run('SET')).toBe('ran');
    // The unknown command is nobody's.
    expect(house.statsOf('set')).toMatchObject({ calls: 1, rejected: 7, failed: 0 });
    expect([...house.counters.errors.values()].reduce((sum, count) => sum + count)).toBe(8);
  });

  it('a command that it refuses in MULTI makes EXEC impossible, one that it lets through waits', () => {
    const house = setup([set, bareCommand('exec', { runsInMulti: true })]);
    house.client.beginTransaction();
    house.run('set');
    expect(house.client.transaction).toMatchObject({ aborted: false, queue: [{ name: 'set' }] });
    house.run('set', 'too many');
    expect(house.client.transaction).toMatchObject({ aborted: true });
    expect(run).not.toHaveBeenCalled();
  });
});

describe('a command that runs', () => {
  it('is settled and counted when it throws an error of the client', () => {
    const refused = new ErrorReply('ERR no');
    const { client, run, statsOf, defects } = setup([
      bareCommand('fail', {
        run: () => {
          throw refused;
        },
      }),
    ]);
    expect(run('fail')).toBe('ERR no');
    expect(client.log).toEqual(['settle']);
    expect(statsOf('fail')).toMatchObject({ calls: 1, failed: 1, rejected: 0 });
    expect(defects).toEqual([]);
  });

  it('fails alone when the defect is ours', () => {
    const defect = new TypeError('ours');
    const { client, run, defects } = setup([
      bareCommand('fail', {
        run: () => {
          throw defect;
        },
      }),
      bareCommand('next'),
    ]);
    expect(run('FAIL')).toBe("ERR internal error in 'fail'");
    expect(defects).toEqual([defect]);
    expect(run('next')).toBe('ran');
    expect(client.log).toEqual(['settle', 'settle']);
  });

  it('gets its context, and its arguments as they came', () => {
    const run = jest.fn((_context: unknown, _args: readonly string[]) => 'ran');
    const house = setup([bareCommand('echo', { run })]);
    house.run('Echo', 'a', '');
    expect(run).toHaveBeenCalledWith(house.client.context, ['a', '']);
    expect(house.client.context.typedName).toBe('Echo');
  });

  it('may wait: then it is the wait that is answered', () => {
    const block = new Block(['key'], 0, null, () => undefined);
    const { client, run, blocking, statsOf } = setup([bareCommand('wait', { run: () => block })]);
    expect(run('wait', 'key')).toBe(NO_REPLY);
    expect(client.blocked).toMatchObject({ name: 'wait', args: ['key'], block });
    expect([...blocking.blocked]).toEqual([client]);
    // Its time is known when it is over.
    expect(statsOf('wait').histogram).toBeUndefined();
  });
});
