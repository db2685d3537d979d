// The real one, as the pause uses it.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { NO_REPLY } from '../../../../src/engine/command/answers';
import type { Client } from '../../../../src/engine/session/client';
import { Pausing } from '../../../../src/engine/session/pausing';
import type { QueuedCommand } from '../../../../src/engine/session/transaction';
import { BareClient, bareCommand, bareHouse, queued } from '../../../support/bare-client';

const COMMANDS = [
  bareCommand('get', { flags: ['readonly'] }),
  bareCommand('set', { flags: ['write'] }),
  bareCommand('publish', { flags: ['may_replicate'] }),
  bareCommand('eval', { flags: ['may_replicate'], runsScripts: true }),
  bareCommand('exec'),
];

function setup({ scriptsWrite = true } = {}) {
  const house = bareHouse(COMMANDS);
  const blocked = new Set<Client>();
  const frozen: boolean[] = [];
  const pausing = new Pausing({
    clock: house.clock,
    keyspace: { setFrozen: (on) => frozen.push(on) },
    blocking: {
      blocked,
      block(client, command: QueuedCommand, block) {
        blocked.add(client);
        client.blocked = {
          ...command,
          block,
          held: { count: 1, bytes: 0, heapBytes: 0 },
          database: client.database,
          timer: undefined,
        };
      },
      forget(client) {
        blocked.delete(client);
        client.blocked = undefined;
      },
    },
    scripts: { mayWrite: () => scriptsWrite },
  });
  const postponed = (client: BareClient, name: string) => {
    const { record, args } = queued(house, name);
    return pausing.postpone(client, record, name, args);
  };
  const covers = (name: string) => postponed(new BareClient(house), name);
  return { ...house, pausing, frozen, covers, postponed };
}

it('a pause of writes holds up what may write, and no other command', () => {
  const { pausing, covers } = setup();
  pausing.pause(1000, false);
  expect(['get', 'set', 'publish', 'eval', 'exec'].map(covers)).toEqual([false, true, true, true, false]);
});

it('a script that declares to write nothing is not held up by it', () => {
  const { pausing, covers } = setup({ scriptsWrite: false });
  pausing.pause(1000, false);
  expect(covers('eval')).toBe(false);
});

it('a transaction is held up when one of its commands would be', () => {
  const house = setup();
  house.pausing.pause(1000, false);
  const client = new BareClient(house);
  client.beginTransaction();
  client.transaction?.add(queued(house, 'get'));
  expect(house.postponed(client, 'exec')).toBe(false);
  client.transaction?.add(queued(house, 'set'));
  expect(house.postponed(client, 'exec')).toBe(true);
});

it('of two pauses the stricter mode and the later end count', () => {
  const { clock, pausing, covers } = setup();
  pausing.pause(1000, true);
  pausing.pause(10, false);
  clock.advance(999);
  expect([pausing.active, covers('get')]).toEqual([true, true]);
  clock.advance(1);
  expect(pausing.active).toBe(false);
  pausing.pause(10, false);
  expect(covers('get')).toBe(false);
});

it('a pause that ends beyond 64 bits is over at once', () => {
  const { clock, pausing, frozen } = setup();
  pausing.pause(2 ** 63 - 1, true);
  clock.advance(0);
  expect(pausing.active).toBe(false);
  expect(frozen).toEqual([true, false]);
});

it('when it is over commands run in the order they came, in a turn of their own, those of clients that have gone left out', async () => {
  const house = setup();
  const { pausing, postponed } = house;
  pausing.pause(1000, true);
  const order: number[] = [];
  const clients = [1, 2, 3].map(() => {
    const client = new BareClient(house);
    client.answer = (name) => {
      order.push(client.id);
      return name === 'publish' ? NO_REPLY : name;
    };
    return client;
  });
  const [first, gone, silent] = clients as [BareClient, BareClient, BareClient];
  postponed(silent, 'publish');
  postponed(gone, 'set');
  postponed(first, 'get');
  gone.blocked = undefined;
  pausing.resume();
  expect(order).toEqual([]);
  await nextTurn();
  expect(order).toEqual([silent.id, first.id]);
  expect(clients.map(({ sent }) => sent)).toEqual([['get'], [], []]);
  expect(clients.map(({ log }) => log.at(-1))).toEqual(['resume', undefined, 'resume']);
});
