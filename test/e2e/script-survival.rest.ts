import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ENGINE = JSON.stringify(join(__dirname, '../../dist/internal/parts.js'));

/**
 * Runs command lines on an engine in a process of its own; the test command has built `dist`.
 *
 * @param heapMb nothing: as much as Node takes by itself
 * @param scriptTimeLimit milliseconds, 0 = none
 * @returns what each answered, shortened, and a PING after them
 */
async function answers(
  heapMb: number | undefined,
  lines: readonly (readonly string[])[],
  scriptTimeLimit = 0,
): Promise<string[]> {
  const program = `
    const { Engine } = require(${ENGINE});
    const engine = new Engine({ scriptTimeLimit: ${String(scriptTimeLimit)} });
    const output = { send() {}, resume() {}, close() {} };
    const session = engine.connect({ remote: '127.0.0.1:1', local: '127.0.0.1:2', kind: 'memory' }, output);
    for (const [name, ...args] of [...${JSON.stringify(lines)}, ['PING']]) {
      const reply = engine.execute(session, name, args);
      console.log(String(reply?.text ?? reply).slice(0, 120).replaceAll('\\n', ' '));
    }`;
  const options = [...(heapMb === undefined ? [] : [`--max-old-space-size=${String(heapMb)}`]), '-e', program];
  const { stdout } = await promisify(execFile)(process.execPath, options, { timeout: 110_000 });
  return stdout.trim().split('\n');
}

const evaluate = (script: string) => ['EVAL', script, '0'];
const PONG = 'PONG';
const STOPPED = /^ERR Script stopped: it filled the process' memory\. script: [0-9a-f]{40}$/;

const fill = (command: string) => `for i = 1, 1000 do redis.call(${command}) end`;
const LONG = "string.rep('x', 1000000) .. i";

describe('what a script stores is flat: it fills the heap when it is stored, not when it is read', () => {
  it.each([
    ['values', fill(`'set', 'k' .. i, ${LONG}`)],
    ['keys', fill(`'set', ${LONG}, 'v'`)],
    ['fields', fill(`'hset', 'k', ${LONG}, 'v'`)],
    ['members', fill(`'sadd', 'k', ${LONG}`)],
    ['scored members', fill(`'zadd', 'k', i, ${LONG}`)],
    ['elements', fill(`'rpush', 'k', ${LONG}`)],
    ['entries of streams', fill(`'xadd', 'k', '*', 'f', ${LONG}`)],
    ['parts of long texts', `local s = string.rep('x', 2000000) ${fill("'set', 'k' .. i, s:sub(1, 900000)")}`],
  ])('%s', async (_name, script) => {
    const read =
      "for _, k in ipairs(redis.call('keys', '*')) do if redis.call('type', k).ok == 'string' then k:byte(9) end end";
    const [stopped, , pong] = await answers(96, [evaluate(script), evaluate(read)]);
    expect(stopped).toMatch(STOPPED);
    expect(pong).toBe(PONG);
  });
});

describe('what a script makes is counted by its bytes before V8 finds no room for it', () => {
  const cases = [
    ['keys of tables', "local s = string.rep('x', 10000000) local t = {} for i = 1, 1000 do t[s .. i] = true end"],
    ['joined texts', `local t = {} for i = 1, 1000 do t[i] = ${LONG} end for i = 1, 1000 do t[i]:byte(5) end`],
    ['doubled texts', "local s = 'x' while true do s = s .. s end"],
    ['string.format', "return #string.format('%q', string.rep('\\n', 200000000))"],
    ['string.rep', "local t = {} for i = 1, 10 do t[i] = string.rep('x', 260000000) end"],
    ['table.concat', `local t = {} for i = 1, 1000 do t[i] = ${LONG} end return #table.concat(t)`],
    ['a long separator', "return #table.concat({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, string.rep('x', 50000000))"],
    ['string.gsub', "return #string.gsub(string.rep('x', 1000000), 'x', string.rep('%0', 250))"],
    ['cjson.encode', "return #cjson.encode(string.rep('\\n', 100000000))"],
    [
      'cmsgpack.pack',
      "local s = string.rep('x', 9000000) local t = {} for i = 1, 1000 do t[i] = cmsgpack.pack(s, i) end",
    ],
    ['tables', 'local t = {} for i = 1, 1e9 do t[i] = {i} end'],
    [
      'tables of many',
      'local a = {} for i = 1, 7000 do a[i] = i end local t = {} for i = 1, 1e9 do t[i] = {unpack(a)} end',
    ],
    ['coroutines', 'local t = {} for i = 1, 1e9 do t[i] = coroutine.create(function() return i end) end'],
    ['an error', "error(string.rep('\\n', 300000000))"],
    ['a result that has one table in all places', 'local t = {} for i = 1, 30 do t = {t, t} end return t'],
    ['compiled text', "return loadstring('return {' .. string.rep('{},', 5000000) .. '}')"],
    [
      'replies',
      "for i = 1, 90 do redis.call('rpush', 'l', string.rep('x', 90000) .. i) end local t = {} while true do t[#t + 1] = redis.call('lrange', 'l', 0, -1) end",
    ],
  ] as const;

  it.each(cases)('96 MB: %s', async (_name, script) => {
    const [stopped, pong] = await answers(96, [evaluate(script)]);
    expect(stopped).toMatch(STOPPED);
    expect(pong).toBe(PONG);
  });

  it.each([[512], [undefined]])('%p MB (nothing: as many as Node takes): the worst of them', async (heap) => {
    const worst = cases.filter(([name]) => ['string.format', 'string.rep', 'doubled texts', 'an error'].includes(name));
    const scripts = worst.map(([, script]) => evaluate(script));
    // Where there is room for one of them, it takes its time.
    const replies = await answers(heap, scripts, 1_000);
    expect(replies).toHaveLength(worst.length + 1);
    expect(replies.at(-1)).toBe(PONG);
  });
});

it('scripts that EVAL brings again and again do not fill the heap', async () => {
  const lines = "Array.from({ length: 31000 }, (_, i) => 'return ' + i)";
  const program = `
    const { Engine } = require(${ENGINE});
    const engine = new Engine();
    const output = { send() {}, resume() {}, close() {} };
    const session = engine.connect({ remote: '127.0.0.1:1', local: '127.0.0.1:2', kind: 'memory' }, output);
    for (const script of ${lines}) engine.execute(session, 'EVAL', [script, '0']);
    console.log(engine.scripts.cached);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--max-old-space-size=96', '-e', program], {
    timeout: 110_000,
  });
  expect(stdout.trim()).toBe('500');
});
