import type { Dataset } from '../../../../src/engine/keyspace/dataset';
import { Keyspace } from '../../../../src/engine/keyspace/keyspace';
import { Memory, STARTUP_BYTES } from '../../../../src/engine/keyspace/memory';
import { ManualClock } from '../../../support/manual-clock';
import { SeededRandom } from '../../../support/seeded-random';

const VALUE = 'x'.repeat(100);

/** All keys take the same. */
const nameOf = (i: number) => `key:${String(i).padStart(3, '0')}`;

function setup(keys: number, databases = 1) {
  const random = new SeededRandom(7);
  const keyspace = new Keyspace(databases, new ManualClock());
  const memory = new Memory(keyspace, 0, () => random.next());
  for (const database of keyspace.databases)
    for (let i = 0; i < keys; i++) database.dataset.put(nameOf(i), VALUE, memory.access.stamp());
  /** Sets the limit so that so many keys have room. */
  const limitTo = (left: number) => {
    memory.setLimit(
      STARTUP_BYTES + (keyspace.bytes / keyspace.databases.reduce((sum, { dataset }) => sum + dataset.size, 0)) * left,
    );
  };
  return { keyspace, memory, limitTo };
}

it('removes no more keys than it has to', () => {
  const { keyspace, memory, limitTo } = setup(100);
  memory.setPolicy('allkeys-random');
  limitTo(60);
  expect(memory.makeRoom()).toBe(true);
  expect(keyspace.database(0).dataset.size).toBe(60);
  expect(keyspace.stats.evicted).toBe(40);
});

/** Gives the first keys of the first database deadlines, one after the other. */
function giveDeadlines(keyspace: Keyspace, count: number): Dataset {
  const database = keyspace.database(0);
  for (let i = 0; i < count; i++) {
    const entry = database.dataset.keys.get(nameOf(i));
    if (entry !== undefined) keyspace.setExpiry(database, entry, 2_000_000 + i);
  }
  return database.dataset;
}

const has = (dataset: Dataset) => (i: number) => dataset.keys.has(nameOf(i));

it('volatile-ttl lets those go whose time comes first, and none that has no deadline', () => {
  const { keyspace, memory, limitTo } = setup(40);
  const dataset = giveDeadlines(keyspace, 10);
  memory.setPolicy('volatile-ttl');
  memory.samples = 200; // so many that the choice is exact
  limitTo(37);
  expect(memory.makeRoom()).toBe(true);
  expect([0, 1, 2, 3].map(has(dataset))).toEqual([false, false, false, true]);
  limitTo(10);
  expect(memory.makeRoom()).toBe(false);
  expect(dataset.size).toBe(30);
});

it('a key that lost its deadline after it was considered stays', () => {
  const { keyspace, memory, limitTo } = setup(20);
  const dataset = giveDeadlines(keyspace, 20);
  memory.setPolicy('volatile-ttl');
  memory.samples = 200;
  limitTo(19);
  memory.makeRoom();
  const kept = Array.from({ length: 18 }, (_, i) => i + 1);
  for (const entry of kept.map((i) => dataset.keys.get(nameOf(i)))) if (entry) dataset.expiries.remove(entry);
  limitTo(18);
  expect(memory.makeRoom()).toBe(true);
  expect(has(dataset)(19)).toBe(false);
  expect(kept.every(has(dataset))).toBe(true);
});

it('takes from all databases', () => {
  const { keyspace, memory, limitTo } = setup(50, 2);
  memory.setPolicy('allkeys-random');
  limitTo(60);
  memory.makeRoom();
  expect(keyspace.databases.map(({ dataset }) => dataset.size)).toEqual([30, 30]);
});

it('what clients, users and scripts take leaves less room for keys', () => {
  const { memory, keyspace } = setup(10);
  memory.setLimit(STARTUP_BYTES + keyspace.bytes);
  expect(memory.makeRoom()).toBe(true);
  for (const account of ['clientBytes', 'trackingBytes', 'userBytes', 'scriptBytes', 'backlogBytes'] as const) {
    memory[account] = 1;
    expect([account, memory.makeRoom()]).toEqual([account, false]);
    memory[account] = 0;
  }
  // No key is evicted for what replicas have yet to be sent.
  const { used } = memory;
  memory.replicaBytes = 1000;
  expect([memory.used, memory.makeRoom()]).toEqual([used + 1000, true]);
});
