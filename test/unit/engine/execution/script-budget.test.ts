import { BudgetExceeded, ScriptBudget } from '../../../../src/engine/execution/script-budget';
import type { HeapUse } from '../../../../src/engine/keyspace/heap';
import { bareEngine } from '../../../support/bare-engine';

const MB = 1_048_576;

/** A budget on a clock and a heap of the test's own. */
function setup(heap: Partial<HeapUse> = {}) {
  const state = {
    now: 0,
    computed: 0,
    /** How often the processor time was asked for. */
    asked: 0,
    collections: 0,
    heap: { used: 20 * MB, pages: 30 * MB, old: 96 * MB, external: 0, ...heap },
    /** What a collection leaves. */
    afterwards: undefined as Partial<HeapUse> | undefined,
  };
  const budget = new ScriptBudget({
    now: () => state.now,
    computed: () => {
      state.asked += 1;
      return state.computed;
    },
    heap: () => state.heap,
    collectGarbage: () => {
      state.collections += 1;
      Object.assign(state.heap, state.afterwards);
    },
  });
  return { state, budget };
}

describe('the time of a script', () => {
  it('is over beyond its limit, and not before', () => {
    const { state, budget } = setup();
    budget.begin(100);
    state.now = state.computed = 1;
    budget.check();
    state.now = state.computed = 100;
    budget.check();
    state.now = state.computed = 102;
    expect(() => {
      budget.check();
    }).toThrow('it ran longer than the limit of 100 ms');
  });

  it('passes only while the process has the processor', () => {
    const { state, budget } = setup();
    budget.begin(100);
    state.now = 1;
    budget.check();
    state.now = 10_000;
    state.computed = 60;
    budget.check();
    state.now = 10_040;
    state.computed = 100;
    budget.check();
    state.now = 10_041;
    state.computed = 101;
    expect(() => {
      budget.check();
    }).toThrow('it ran longer than the limit of 100 ms');
  });

  it('is given anew to a script that is looked at for the first time when it should be over', () => {
    const { state, budget } = setup();
    budget.begin(100);
    state.now = 5000;
    budget.check();
    state.now = 5099;
    state.computed = 99;
    budget.check();
  });

  it('is nobody’s once the script has ended', () => {
    const { state, budget } = setup();
    budget.begin(100);
    budget.end();
    state.now = 1_000;
    budget.check();
  });

  it('is asked for of those scripts only that take a millisecond', () => {
    const { state, budget } = setup();
    budget.begin(100);
    state.now = 0.9;
    budget.check();
    expect(state.asked).toBe(0);
    state.now = 1;
    budget.check();
    expect(state.asked).toBe(1);
  });

  it('is looked at before garbage is collected', () => {
    const { state, budget } = setup({ used: 90 * MB });
    budget.begin(100);
    state.now = state.computed = 1;
    budget.check();
    state.now = state.computed = 102;
    expect(() => budget.reserve(20 * MB)).toThrow(BudgetExceeded);
    expect(state.collections).toBe(0);
  });
});

describe('the memory of a script', () => {
  it('is granted by parts of what is free', () => {
    const { state, budget } = setup();
    budget.begin(100);
    const granted = budget.reserve(10 * MB);
    expect(granted).toBeGreaterThan(5 * MB);
    expect(granted).toBeLessThan(20 * MB);
    expect(state.collections).toBe(0);
  });

  it('is looked for in garbage before a script is stopped', () => {
    const { state, budget } = setup();
    budget.begin(100);
    budget.reserve(MB);
    state.heap.used = 70 * MB;
    state.afterwards = { used: 20 * MB };
    expect(budget.reserve(10 * MB)).toBeGreaterThan(0);
    expect(state.collections).toBe(1);
  });

  it.each([
    ['in the heap', { used: 71 * MB }],
    ['in pages that are full of holes', { pages: 90 * MB }],
  ])('is used up %s', (_name, heap) => {
    const { state, budget } = setup();
    budget.begin(100);
    budget.reserve(MB);
    Object.assign(state.heap, heap);
    expect(() => budget.reserve(10 * MB)).toThrow("it filled the process' memory");
    expect(state.collections).toBe(1);
  });

  it('is used up outside of the heap as well, by what the script added', () => {
    const { state, budget } = setup({ external: 500 * MB });
    budget.begin(100);
    budget.reserve(MB);
    state.heap.external += 80 * MB;
    expect(() => budget.reserve(MB)).toThrow(BudgetExceeded);
  });

  it('is not refused to a script that begins when data has filled most of the heap', () => {
    const { budget } = setup({ used: 800 * MB, pages: 850 * MB, old: 1000 * MB });
    budget.begin(100);
    expect(budget.reserve(10 * MB)).toBeGreaterThan(0);
    expect(() => budget.reserve(100 * MB)).toThrow(BudgetExceeded);
  });
});

/** The clock goes on by a millisecond with each look at it, and nobody else has the processor. */
describe('commands of scripts', () => {
  const LIMIT = 50;

  afterEach(() => {
    jest.restoreAllMocks();
  });

  function run(prepare: readonly (readonly string[])[], script: string) {
    const { engine, run: execute, expectRun } = bareEngine({ scriptTimeLimit: LIMIT });
    for (const line of prepare) expectRun(...line);
    let now = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => ++now);
    jest.spyOn(process, 'cpuUsage').mockImplementation(() => ({ user: now * 1000, system: 0 }));
    return { engine, reply: execute('EVAL', script, '0'), looks: () => now };
  }

  const stopped = {
    text: expect.stringMatching(/^ERR Script stopped: it ran longer than the limit of 50 ms/) as string,
  };
  const calls = (engine: ReturnType<typeof bareEngine>['engine'], name: string) => {
    const entry = engine.commands.get(name);
    return entry !== undefined && 'stats' in entry ? entry.stats.calls : 0;
  };

  it.each([
    ['lrange', "redis.call('lrange', 'list', 0, -1)"],
    ['keys', "redis.call('keys', '*')"],
    ['hgetall', "redis.call('hgetall', 'hash')"],
    ['sort', "redis.call('sort', 'list')"],
    ['bitcount', "redis.call('bitcount', 'text')"],
    ['linsert', "redis.call('linsert', 'list', 'before', 'x', 'y')"],
    ['zunionstore', "redis.call('zunionstore', 'to', 1, 'zset')"],
  ])('that may take long are followed by a look at the clock: %s', (name, call) => {
    const prepare = [
      ['RPUSH', 'list', '1', '2'],
      ['HSET', 'hash', 'f', 'v'],
      ['ZADD', 'zset', '1', 'a'],
      ['SETRANGE', 'text', '1000', 'x'],
    ];
    const { engine, reply } = run(prepare, `while true do ${call} end`);
    expect(reply).toMatchObject(stopped);
    expect(calls(engine, name)).toBeLessThanOrEqual(3 * (LIMIT + 1));
  });

  it.each([
    ['append', "redis.call('append', 'k', s)"],
    ['set', "redis.call('set', 'k', s)"],
    ['get', "redis.call('get', 'text')"],
    ['sadd', "redis.call('sadd', 'k', unpack(t))"],
  ])('with long arguments or replies are, too: %s', (name, call) => {
    const script = `local s = string.rep('x', 1000000) local t = {} for i = 1, 7000 do t[i] = i end while true do ${call} end`;
    const { engine, reply } = run([['SETRANGE', 'text', '1000000', 'x']], script);
    expect(reply).toMatchObject(stopped);
    expect(calls(engine, name)).toBeLessThanOrEqual(2 * (LIMIT + 1));
  });

  it('are compiled within the limit', () => {
    const { reply } = run([], 'local x = 1 x = x + 1 '.repeat(190) + 'do local x = 1 end '.repeat(100_000));
    expect(reply).toMatchObject(stopped);
  });
});
