import { join } from 'node:path';
import { Redis } from 'ioredis';
import { type App, CacheBackend } from '../../src';
import { createTestApp } from '../../src/testing';
import { type RedisServer, startRedisServer } from '../support/redis-server';
import { collectCases, type ContractCase, normalize, pause, readable, reduceClient, show, withinTime } from './harness';
import { CASE_GROUPS, type CaseGroup, missingCommands, missingRefusals, otherReplies } from './known-differences';

/** The cases of the contract that can be written with a client's methods: `client.multi()` is not the word MULTI. */
const casesOf = (group: CaseGroup): readonly ContractCase[] =>
  collectCases(() => void require(join(__dirname, `${group}.test`))).filter(
    ({ steps, options }) => options.wireOnly === undefined && !JSON.stringify(steps).includes('"MULTI"'),
  );

const cases = CASE_GROUPS.flatMap((group) => casesOf(group).map((each) => [group, each.name, each] as const));

let server: RedisServer;
let real: Redis;
let app: App;
let mock: Redis;
beforeAll(async () => {
  // Its cases are those of one version, whichever the engine is compared with.
  server = await startRedisServer({ version: '7.0' });
  real = new Redis(server.port, server.host);
  app = await createTestApp({ config: { redis: { provider: 'mock' } } }).start();
  mock = app.get(CacheBackend).client;
});
afterAll(async () => {
  real.disconnect();
  await app.stop();
  await server.stop();
});
beforeEach(() => Promise.all([real.flushall(), mock.flushall()]));

describe('ioredis-mock answers the cases of the contract as Redis does, but for what is known', () => {
  it.each(cases)('%s: %s', async (group, name, { steps }) => {
    const found = await firstDifference(steps);
    const known = otherReplies.find((entry) => entry.group === group && entry.case === name);
    if (known === undefined) expect(found).toBeUndefined();
    else expect(found?.line ?? 'no difference').toMatch(startingWith(known.line));
  });

  it.each(otherReplies.map((entry) => [entry.group, entry.case]))('%s: there is a case %s', (group, name) => {
    expect(cases.filter((each) => each[0] === group && each[1] === name)).toHaveLength(1);
  });

  it('lacks the commands that are listed, and no others', async () => {
    const all = (await real.command('LIST')) as readonly string[]; // names; with | those of subcommands
    const commands = all.filter((name) => !name.includes('|')).map((name) => name.toUpperCase());
    const missing: string[] = [];
    for (const command of commands) if (await lacks(mock, command)) missing.push(command);
    expect(missing.sort()).toEqual(missingCommands.map(({ command }) => command).sort());
  });

  it.each(missingRefusals.map((entry) => [entry.reason, entry]))('does not refuse: %s', async (_, { line }) => {
    for (const client of [real, mock]) await client.multi().set('string', 'x').rpush('list', 'x').exec();
    const refused = await answer(real, line);
    expect(refused).toMatch(/^error: /);
    expect(await answer(mock, line)).not.toBe(refused);
  });
});

const startingWith = (text: string): RegExp => new RegExp(`^${text.replace(/[^\w ]/g, '\\$&')}`);

interface Difference {
  readonly line: string;
  readonly redis: unknown;
  readonly mock: unknown;
}

/** Of what Redis accepts. After it the two have other data: nothing more can be compared. */
async function firstDifference(steps: ContractCase['steps']): Promise<Difference | undefined> {
  const begin = performance.now();
  for (const step of steps) {
    if ('wait' in step) {
      await pause(step.wait);
      continue;
    }
    if ('until' in step || 'read' in step) throw new Error('only cases of the wire read later');
    const { lines, compare } = normalize(step);
    for (const line of lines) {
      const expected = await answer(real, line);
      if (isError(expected)) continue;
      if (missingCommands.some(({ command }) => command === line[0])) return undefined;
      const [redis, other] = [expected, await answer(mock, line)].map((reply) => reduceClient(reply, compare));
      if (JSON.stringify(redis) === JSON.stringify(other)) continue;
      if (!withinTime(show(line), redis, other, performance.now() - begin))
        return { line: show(line), redis, mock: other };
    }
  }
  return undefined;
}

const isError = (reply: unknown): boolean => typeof reply === 'string' && reply.startsWith('error: ');

/** What the method of a command makes of its arguments; errors in words. */
async function answer(client: Redis, [name = '', ...args]: readonly string[]): Promise<unknown> {
  const methods = client as unknown as Record<string, ((...args: string[]) => unknown) | undefined>; // one per command
  try {
    return readable(await methods[name.toLowerCase()]?.(...args));
  } catch (error) {
    return readable(error);
  }
}

/** Each method of a missing command throws; a client does not even have some. */
async function lacks(client: Redis, command: string): Promise<boolean> {
  return !(command.toLowerCase() in client) || String(await answer(client, [command])).includes('Unsupported command');
}
