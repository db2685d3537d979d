// The real one, as tracking uses it.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { PushReply } from '../../../../src/engine';
import { oneKey } from '../../../../src/engine/command/definition';
import { PLAIN_TRACKING, type TrackingState } from '../../../../src/engine/session/client';
import { Tracking } from '../../../../src/engine/session/tracking';
import { BareClient, bareCommand, bareHouse, queued } from '../../../support/bare-client';

function setup() {
  const house = bareHouse([bareCommand('get', { flags: ['readonly'], keys: [oneKey('RO ACCESS')] })]);
  const memory = { trackingBytes: 0 };
  const tracking = new Tracking({ ...house, memory });
  const database = house.keyspace.database(0);
  const tracked = (state: Partial<TrackingState> = {}) => {
    const client = new BareClient(house);
    client.resp = 3;
    tracking.enable(client, { ...PLAIN_TRACKING, ...state });
    return client;
  };
  const read = (client: BareClient, key: string) => {
    const { record, args } = queued(house, 'GET', key);
    tracking.remember(client, record, args);
  };
  const change = (key: string, by?: BareClient) => {
    tracking.writer = by;
    house.keyspace.touch(database, key);
  };
  return { ...house, tracking, memory, database, tracked, read, change };
}

const invalid = (...keys: string[]) => new PushReply(['invalidate', keys]);

it('a reader is told of a change once, and costs nothing from then on', () => {
  const { memory, tracked, read, change } = setup();
  const client = tracked();
  read(client, 'key');
  read(client, 'key');
  expect(memory.trackingBytes).toBeGreaterThan('key'.length);
  change('key');
  change('key');
  expect(client.sent).toEqual([invalid('key')]);
  expect(memory.trackingBytes).toBe(0);
});

it('NOLOOP keeps a client from hearing of its own changes', () => {
  const { tracked, read, change } = setup();
  const [own, other] = [tracked({ noLoop: true }), tracked()];
  for (const client of [own, other]) read(client, 'key');
  change('key', own);
  expect([own.sent, other.sent]).toEqual([[], [invalid('key')]]);
});

it('whose command runs is told after its reply, all others at once', () => {
  const { tracking, tracked, read, change } = setup();
  const [own, other] = [tracked(), tracked()];
  for (const client of [own, other]) read(client, 'key');
  tracking.executing = own;
  change('key', own);
  expect([own.sent, other.sent]).toEqual([[], [invalid('key')]]);
  tracking.flush();
  expect(own.sent).toEqual([invalid('key')]);
});

it('beyond the limit the oldest keys count as changed', () => {
  const { tracking, tracked, read } = setup();
  const client = tracked();
  for (const key of ['a', 'b', 'c']) read(client, key);
  tracking.setMaxKeys(1);
  expect(client.sent).toEqual([invalid('a'), invalid('b')]);
  expect(tracking.trackedKeys).toBe(1);
});

it('OPTIN and OPTOUT remember what CLIENT CACHING says', () => {
  const { tracking, tracked, read } = setup();
  const readers = [{ optIn: true }, { optIn: true, caching: true }, { optOut: true }, { optOut: true, caching: true }];
  const remembered = readers.map((state, i) => {
    const before = tracking.trackedKeys;
    read(tracked(state), `key ${String(i)}`);
    return tracking.trackedKeys > before;
  });
  expect(remembered).toEqual([false, true, true, false]);
});

it('broadcasts gather what changed in a turn, by prefix', async () => {
  const { tracked, change } = setup();
  const users = tracked({ broadcast: true, prefixes: ['user:'] });
  const all = tracked({ broadcast: true, prefixes: [''] });
  for (const key of ['user:1', 'job:1', 'user:2']) change(key);
  expect(all.sent).toEqual([]);
  await nextTurn();
  expect(users.sent).toEqual([invalid('user:1', 'user:2')]);
  expect(all.sent).toEqual([invalid('user:1', 'job:1', 'user:2')]);
});

it('FLUSHALL is told once, however many databases it empties', async () => {
  const { keyspace, tracked } = setup();
  const client = tracked();
  for (const database of keyspace.databases) keyspace.flush(database);
  expect(client.sent).toEqual([new PushReply(['invalidate', null])]);
  await nextTurn();
  keyspace.flush(keyspace.database(0));
  expect(client.sent).toHaveLength(2);
});

it('a client whose messages go to one that has gone is told that they are lost', () => {
  const { clients, tracked, read, change } = setup();
  const target = tracked();
  const client = tracked({ redirect: target.id });
  read(client, 'key');
  clients.byId.delete(target.id);
  change('key');
  expect(client.sent).toEqual([new PushReply(['tracking-redir-broken', target.id])]);
  expect(client.tracking?.broken).toBe(true);
});

it('once nobody listens, a change costs nothing', () => {
  const { keyspace, tracking, tracked } = setup();
  const clients = [tracked(), tracked()];
  for (const client of clients) tracking.disable(client);
  expect([keyspace.onTouch, keyspace.onFlush]).toEqual([undefined, undefined]);
});
