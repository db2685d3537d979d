import { ErrorReply, type Reply } from '../../../../src/engine';
import { MAX_TIMER_MS } from '../../../../src/engine/clock';
import { Block } from '../../../../src/engine/command/answers';
import { Blocking } from '../../../../src/engine/session/blocking';
import { BareClient, bareCommand, bareHouse, queued } from '../../../support/bare-client';

function setup() {
  const house = bareHouse([bareCommand('blpop')]);
  const counted: string[] = [];
  const blocking = new Blocking({
    ...house,
    counters: { countError: ({ text }) => counted.push(text) },
    tracking: { executing: undefined, flush: () => undefined },
    executor: { measureWait: () => undefined, refuseResumed: () => undefined },
    internalError: (_, failure) => new ErrorReply(`ERR ${String(failure)}`),
  });
  const database = house.keyspace.database(0);
  /** A client that waits for keys. @param resume tries again */
  const waiting = (keys: readonly string[], resume: Block['resume'], own: Partial<Block> = {}) => {
    const client = new BareClient(house);
    const block = new Block(keys, own.timeoutMs ?? 0, 'too late', resume, own.noticesRemoval);
    blocking.block(client, queued(house, 'BLPOP', ...keys), block);
    return client;
  };
  const ready = (key: string) => {
    if (!database.dataset.keys.has(key)) database.dataset.put(key, 'value', 0);
    house.keyspace.signalReady(database, key);
  };
  return { ...house, blocking, database, counted, waiting, ready };
}

describe('who waits for a key', () => {
  it('is served in the order of arrival, until nothing is left', () => {
    const { blocking, database, waiting, ready } = setup();
    let left = 2;
    const take = (key: string) => {
      if (left === 0) return undefined;
      left -= 1;
      if (left === 0) database.dataset.remove(key);
      return key;
    };
    const clients = [1, 2, 3].map(() => waiting(['list'], take));
    ready('list');
    blocking.serveReady();
    expect(clients.map(({ sent }) => sent)).toEqual([['list'], ['list'], []]);
    expect([...blocking.blocked]).toEqual([clients[2]]);
  });

  it('goes behind the others when it ran again and waits on', () => {
    const { blocking, database, waiting, ready } = setup();
    const again = new Block(['list', 'other'], 0, null, () => undefined);
    let turn = 0;
    const first = waiting(['list', 'other'], () => (turn++ === 0 ? again : 'first'));
    const second = waiting(['other'], (key) => (database.dataset.remove(key), 'second'));
    ready('list');
    blocking.serveReady();
    ready('other');
    blocking.serveReady();
    expect([turn, first.sent, second.sent]).toEqual([1, [], ['second']]);
    // It waits as it did: for the same keys, and no longer than before.
    expect([...blocking.blocked]).toEqual([first]);
    ready('list');
    blocking.serveReady();
    expect([turn, first.sent]).toEqual([2, ['first']]);
  });

  it('has computed while it tried, not while it waited', () => {
    const time = jest.spyOn(performance, 'now').mockReturnValue(1000);
    const { blocking, waiting, ready } = setup();
    const client = waiting(['key'], () => {
      time.mockReturnValue(performance.now() + 2);
      return undefined;
    });
    const block = client.blocked?.block;
    time.mockReturnValue(5000);
    for (let i = 0; i < 3; i++) {
      ready('key');
      blocking.serveReady();
    }
    time.mockRestore();
    expect(block?.computed).toBe(6000);
  });

  it('may make another key ready: whoever waits for that one is served in the same go', () => {
    const { blocking, waiting, ready } = setup();
    const second = waiting(['second'], () => 'from second');
    const first = waiting(['first'], () => {
      ready('second');
      // Somebody inside a command asks for it again.
      blocking.serveReady();
      expect(second.sent).toEqual([]);
      return 'from first';
    });
    ready('first');
    blocking.serveReady();
    expect([first.sent, second.sent]).toEqual([['from first'], ['from second']]);
  });

  it('is looked at when its key is gone only if it cares', () => {
    const { blocking, keyspace, database, waiting } = setup();
    const resume = jest.fn(() => undefined);
    const noticing = jest.fn(() => 'gone');
    waiting(['key'], resume);
    waiting(['key'], noticing, { noticesRemoval: true });
    keyspace.signalReady(database, 'key');
    blocking.serveReady();
    expect(resume).not.toHaveBeenCalled();
    expect(noticing).toHaveBeenCalledTimes(1);
  });

  it('hears of a failure, which ends its command and no other', () => {
    const { blocking, counted, waiting, ready } = setup();
    const failing = waiting(['key'], () => {
      throw new TypeError('a defect');
    });
    const next = waiting(['key'], () => 'served');
    ready('key');
    blocking.serveReady();
    expect(failing.sent).toEqual([new ErrorReply('ERR TypeError: a defect')]);
    expect(counted).toEqual(['ERR TypeError: a defect']);
    expect(next.sent).toEqual(['served']);
    // Both commands were ended as commands are, whatever came of them.
    expect([failing.log, next.log]).toEqual([
      ['settle', 'resume'],
      ['settle', 'resume'],
    ]);
  });
});

describe('a wait', () => {
  it('ends on time, and leaves nothing behind', () => {
    const { blocking, clock, database, waiting } = setup();
    const client = waiting(['a', 'b'], () => undefined, { timeoutMs: 100 });
    clock.advance(99);
    expect(client.sent).toEqual([]);
    clock.advance(1);
    expect(client.sent).toEqual(['too late']);
    expect([client.blocked, blocking.blocked.size, database.waiters.size, clock.pending]).toEqual([undefined, 0, 0, 0]);
  });

  it('may be longer than a timer is', () => {
    const { clock, waiting } = setup();
    const client = waiting(['a'], () => undefined, { timeoutMs: 2 * MAX_TIMER_MS + 5 });
    clock.advance(2 * MAX_TIMER_MS + 4);
    expect(client.sent).toEqual([]);
    clock.advance(1);
    expect(client.sent).toEqual(['too late']);
  });

  it('for work outside is not answered once another one has begun', async () => {
    const house = setup();
    const { blocking } = house;
    const client = new BareClient(house);
    let finish: (reply: Reply) => void = () => undefined;
    const work = new Promise<Reply>((resolve) => (finish = resolve));
    blocking.block(client, queued(house, 'BLPOP'), blocking.waitFor(client, 'save', work));
    blocking.forget(client);
    blocking.block(client, queued(house, 'BLPOP', 'a'), new Block(['a'], 0, null, () => undefined));
    finish('late');
    await work;
    expect(client.sent).toEqual([]);
    expect(client.blocked?.args).toEqual(['a']);
  });
});
