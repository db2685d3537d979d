import { createHash } from 'node:crypto';
import { ErrorReply } from '../../../../src/engine';
import { bareEngine } from '../../../support/bare-engine';

const sha1 = (text: string) => createHash('sha1').update(text).digest('hex');
const numbered = (i: number) => `return ${String(i)}`;
const isKnown = (run: (...words: string[]) => unknown, i: number) => run('EVALSHA', sha1(numbered(i)), '0') === i;

describe('scripts that EVAL brought', () => {
  it('are kept up to 500: the one not run for the longest time goes', () => {
    const { engine, run, expectRun } = bareEngine();
    for (let i = 0; i < 500; i++) expectRun('EVAL', numbered(i), '0');
    expect(isKnown(run, 0)).toBe(true);
    expectRun('EVAL', numbered(500), '0');
    expect(engine.scripts.cached).toBe(500);
    expect([0, 1, 2, 500].map((i) => isKnown(run, i))).toEqual([true, false, true, true]);
    expect(run('EVALSHA', sha1(numbered(1)), '0')).toEqual(
      new ErrorReply('NOSCRIPT No matching script. Please use EVAL.'),
    );
  });

  it('count as used when they are run by EVAL again, not when SCRIPT EXISTS asks for them', () => {
    const { run, expectRun } = bareEngine();
    for (let i = 0; i < 500; i++) expectRun('EVAL', numbered(i), '0');
    expectRun('EVAL', numbered(0), '0');
    expect(run('SCRIPT', 'EXISTS', sha1(numbered(1)))).toEqual([1]);
    expectRun('EVAL', numbered(500), '0');
    expect([0, 1].map((i) => isKnown(run, i))).toEqual([true, false]);
  });

  it('stay once they are SCRIPT LOADed, as those that SCRIPT LOAD brought', () => {
    const { engine, run, expectRun } = bareEngine();
    expectRun('SCRIPT', 'LOAD', numbered(-1));
    expectRun('EVAL', numbered(-2), '0');
    expectRun('SCRIPT', 'LOAD', numbered(-2));
    for (let i = 0; i < 1_200; i++) expectRun('EVAL', numbered(i), '0');
    expect([-1, -2].map((i) => isKnown(run, i))).toEqual([true, true]);
    expect(engine.scripts.cached).toBe(502);
  });

  it('are kept up to 16 MB, however few they are', () => {
    const { engine, expectRun } = bareEngine();
    for (let i = 0; i < 40; i++) expectRun('EVAL', `--${'x'.repeat(1_000_000)}\n${numbered(i)}`, '0');
    expect(engine.scripts.cached).toBeLessThan(17);
    expect(engine.memory.scriptBytes).toBeLessThan(17 * 1_048_576);
  });
});

describe('what scripts take is counted', () => {
  const fields = [
    'used_memory_scripts_eval',
    'used_memory_lua',
    'used_memory_vm_eval',
    'used_memory_vm_total',
    'used_memory_scripts',
    'used_memory',
  ];

  it.each([['EVAL'], ['SCRIPT LOAD']])('with %s, and no more after SCRIPT FLUSH', (how) => {
    const { expectRun, memoryField } = bareEngine();
    const sizes = () => fields.map((field) => Number(memoryField(field)));
    const before = sizes();
    const source = `--${'x'.repeat(10_000)}\nreturn 1`;
    expectRun(...(how === 'EVAL' ? ['EVAL', source, '0'] : ['SCRIPT', 'LOAD', source]));
    const grown = sizes().map((size, i) => size - (before[i] ?? 0));
    expect(grown.map((size) => size > 2_000)).toEqual(fields.map(() => true));
    expect(grown[0]).toBeGreaterThan(10_000);
    expect(memoryField('number_of_cached_scripts')).toBe('1');
    expectRun('SCRIPT', 'FLUSH');
    expect(sizes()).toEqual(before);
  });

  it('in the other form too, once a script needs it', () => {
    const { engine, expectRun } = bareEngine();
    const source =
      'local function f(n) if n == 0 then return 0 end return 1 + f(n - 1) end return f(tonumber(ARGV[1]))';
    expectRun('EVAL', source, '0', '1');
    const { scriptBytes } = engine.memory;
    expect(expectRun('EVAL', source, '0', '15000')).toBe(15_000);
    expect(engine.memory.scriptBytes).toBeGreaterThan(scriptBytes * 1.5);
    expectRun('SCRIPT', 'FLUSH');
    expect(engine.memory.scriptBytes).toBe(0);
  });

  it('with FUNCTION LOAD, until FUNCTION DELETE', () => {
    const { engine, expectRun, memoryField } = bareEngine();
    const body = `--${'x'.repeat(10_000)}\nredis.register_function('f', function() return 1 end)`;
    expectRun('FUNCTION', 'LOAD', `#!lua name=a\n${body}`);
    expect(Number(memoryField('used_memory_functions'))).toBeGreaterThan(10_000);
    expect(engine.memory.scriptBytes).toBeGreaterThan(12_000);
    expectRun('FUNCTION', 'LOAD', 'REPLACE', `#!lua name=a\nredis.register_function('f', function() return 1 end)`);
    expect(engine.memory.scriptBytes).toBeLessThan(6_000);
    expectRun('FUNCTION', 'DELETE', 'a');
    expect(engine.memory.scriptBytes).toBe(0);
  });

  it('so that FUNCTION LOAD meets the limit', () => {
    const { run, expectRun, engine } = bareEngine({ maxMemory: 2_000_000 });
    const library = (name: string) =>
      `#!lua name=${name}\n--${'x'.repeat(600_000)}\nredis.register_function('${name}', function() return 1 end)`;
    expectRun('FUNCTION', 'LOAD', library('a'));
    expectRun('FUNCTION', 'LOAD', library('b'));
    expect(engine.memory.used).toBeGreaterThan(2_000_000);
    expect(run('FUNCTION', 'LOAD', library('c'))).toMatchObject({ text: expect.stringMatching(/^OOM /) as string });
    expect(run('SET', 'k', 'v')).toMatchObject({ text: expect.stringMatching(/^OOM /) as string });
  });

  it('so that SCRIPT LOAD is refused before V8 ends the process', () => {
    const { engine, run, expectRun } = bareEngine();
    engine.memory.limit = engine.memory.used + 100_000;
    expectRun('SCRIPT', 'LOAD', `--${'x'.repeat(200_000)}\nreturn 1`);
    expect(run('SCRIPT', 'LOAD', 'return 2')).toMatchObject({ text: expect.stringMatching(/^OOM /) as string });
  });
});
