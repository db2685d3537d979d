import { inspect } from 'node:util';
import { NODE_REDIS, type NodeRedis } from '../../support/node-redis';
import { ORACLE } from '../../support/oracle';
import { everyOf } from '../../support/slice';
import { useServers } from '../harness';
import { type Call, CALLS, FIXTURE, FORM_ONLY, NOT_CALLED, UNORDERED } from './calls';
import { NEWER_CALLS, NEWER_FIXTURE, TELLING_OF_VECTOR_SETS } from './newer-calls';

/** Every command node-redis has a method for, called on a real server and on ours: what its callers get has to be the same. */

const servers = useServers();

const newer = ORACLE === '8.0';
const fixture = newer ? [...FIXTURE, ...NEWER_FIXTURE] : FIXTURE;
const called = newer ? { ...CALLS, ...NEWER_CALLS } : CALLS;
const compared = Object.entries(called).filter(([name]) => !(newer && TELLING_OF_VECTOR_SETS.has(name)));

/** Longer slices are of 7.0 alone. */
const majors = newer ? NODE_REDIS : [...everyOf(NODE_REDIS, { short: 2 })];

type Methods = Readonly<Record<string, ((...args: Call) => Promise<unknown>) | undefined>>;

/** node-redis puts its commands on the prototype, its other methods are of a class. */
function typedCommands(client: NodeRedis): string[] {
  const names = new Set<string>();
  for (
    let level: unknown = Object.getPrototypeOf(Object.getPrototypeOf(client));
    level;
    level = Object.getPrototypeOf(level)
  )
    for (const name of Object.keys(level)) if (/^[A-Z0-9_]+$/.test(name)) names.add(name);
  return [...names];
}

/** What a caller gets, as text. */
async function outcome(client: NodeRedis, name: string, call: Call): Promise<string> {
  try {
    return show(name, await methodsOf(client)[name]?.apply(client, structured(call)));
  } catch (error) {
    // What the client says itself would be the same everywhere, and would compare nothing.
    if (!(error instanceof Error) || !SAID_BY_SERVER.test(error.constructor.name)) throw error;
    return `${error.constructor.name}: ${error.message}`;
  }
}

const SAID_BY_SERVER = /^(Simple|Blob)Error$/;

// By their names, all of them.
const methodsOf = (client: NodeRedis) => client as unknown as Methods;

/** node-redis changes some of what it is given. */
const structured = (call: Call): unknown[] => structuredClone([...call]);

function show(name: string, reply: unknown): string {
  const value = FORM_ONLY.has(name) ? formOf(reply) : UNORDERED.has(name) ? sorted(reply) : reply;
  return inspect(value, { depth: null, maxArrayLength: null, maxStringLength: null, breakLength: 120 });
}

function formOf(reply: unknown): unknown {
  if (Array.isArray(reply)) return reply.length === 0 ? [] : [formOf(reply[0]), reply.length];
  if (typeof reply !== 'object' || reply === null) return typeof reply;
  return Object.keys(reply).sort();
}

function sorted(reply: unknown): unknown {
  if (Array.isArray(reply)) return reply.map((each) => JSON.stringify(sorted(each))).sort();
  if (typeof reply !== 'object' || reply === null) return reply;
  return Object.entries(reply)
    .map(([key, value]) => [key, sorted(value)])
    .sort();
}

async function prepare(client: NodeRedis): Promise<void> {
  await Promise.all(fixture.map((line) => client.sendCommand([...line])));
}

describe.each(majors)('the typed commands of %s', (_, create) => {
  let clients: readonly NodeRedis[];
  beforeAll(async () => {
    const { real, listener } = servers();
    clients = [real.port, listener.port ?? 0].map((port) =>
      create({ socket: { host: real.host, port, connectTimeout: 5000 } }),
    );
    for (const client of clients) await client.on('error', () => undefined).connect();
  });
  afterAll(() => {
    for (const client of clients) client.destroy();
  });

  it.each(compared)('%s', async (name, calls) => {
    if (clients.some((client) => methodsOf(client)[name] === undefined)) return; // the older one has not got it
    for (const call of calls) {
      const [real, ours] = await Promise.all(
        clients.map(async (client) => {
          await prepare(client);
          return outcome(client, name, call);
        }),
      );
      expect(`${inspect(call)} -> ${String(ours)}`).toBe(`${inspect(call)} -> ${String(real)}`);
    }
  });

  it('are all called, but for those that the server does not know', async () => {
    const [real] = clients;
    const known = new Set((await real?.sendCommand(['COMMAND', 'LIST'])) as unknown as string[]); // names
    const typed = real === undefined ? [] : typedCommands(real);
    expect(typed.length).toBeGreaterThan(350);
    const left = typed
      .filter((name) => !(name in called) && !(name in NOT_CALLED))
      .filter((name) => {
        // GEORADIUS_RO is a command, ACL_CAT a subcommand, HSCAN_NOVALUES an option.
        const [first = '', second = ''] = name.toLowerCase().split('_');
        return known.has(`${first}|${second}`) || known.has(`${first}_${second}`) || known.has(first);
      });
    expect(left).toEqual([]);
  });
});
