import { LuaSyntaxError } from '../../../../src/engine/scripting/lua/errors';
import { luaError, OutOfTime, processorTime, runLua } from './lua-support';

const LIMIT_MS = 60;
/** What a stop may take beyond the limit, of the processor's time. */
const GRACE_MS = 1_500;

describe('a script that never ends is stopped', () => {
  const pathological = "string.rep('a', 40), '" + 'a?'.repeat(40) + 'a'.repeat(40) + "'";
  it.each([
    ['while true do end'],
    ['repeat until false'],
    ['for i = 1, math.huge do end'],
    ['for i = 1, 2, 0 do end while true do end'],
    ['local function f() return f() end f()'],
    ['local function f() pcall(f) end while true do pcall(f) end'],
    ['while true do pcall(function() while true do end end) end'],
    ['while true do pcall(error) end'],
    ['xpcall(function() while true do end end, function() while true do end end)'],
    ['local t = {} while true do t[#t + 1] = 1 t[#t] = nil end'],
    ['for k in function() return 1 end do end'],
    ["while true do local s = string.rep('x', 10000000) end"],
    [`string.find(${pathological})`],
    ["string.find(string.rep('a', 200000), string.rep('a*', 8) .. 'b')"],
    ["string.gsub(string.rep('a', 1000000), 'a-b', '')"],
    ["string.find(string.rep('(', 300000), '%b()') while true do string.find(string.rep('(', 300000), '(%b())') end"],
    ['local t = {} for i = 1, 100000 do t[i] = i end while true do table.concat(t) end'],
    ['local t = {} for i = 1, 100000 do t[i] = i end while true do cjson.encode(t) end'],
    ['local t = {} for i = 1, 100000 do t[i] = i end while true do cmsgpack.unpack(cmsgpack.pack(t)) end'],
    ['local t = {} for i = 1, 3000 do t[i] = i end while true do table.sort(t, function(a, b) return a > b end) end'],
    ['local t = setmetatable({}, {__index = function(t, k) return k end}) while true do local x = t.y end'],
    ['local co = coroutine.wrap(function() while true do coroutine.yield() end end) while true do co() end'],
    ['coroutine.wrap(function() while true do end end)()'],
    ["while true do loadstring('return 1')() end"],
    ['local t = {} for i = 1, 100000 do t[i] = i end while true do table.insert(t, 1, 0) table.remove(t, 1) end'],
    ['while true do local t = {unpack({}, 1, 7000)} end'],
    ["local s = string.rep('x', 1000000) while true do s:upper() end"],
    ["local s = string.rep('x', 1000000) while true do s:byte(1) s:sub(2) s:reverse() end"],
  ])('%s', (source) => {
    const started = processorTime();
    expect(() => runLua(source, LIMIT_MS)).toThrow(OutOfTime);
    expect(processorTime() - started).toBeLessThan(LIMIT_MS + GRACE_MS);
  });
});

describe('depth', () => {
  const recursion = (depth: number): string =>
    `local function f(n) if n == 0 then return 0 end return 1 + f(n - 1) end return f(${String(depth)})`;

  it('recurses 15,000 deep', () => {
    expect(runLua(recursion(15_000))).toEqual([15_000]);
  });

  it('fails beyond 20,000 with an error that can be caught', () => {
    expect(luaError(recursion(30_000))).toBe('user_script:1: stack overflow');
    expect(runLua(`return pcall(function() ${recursion(30_000)} end)`)).toEqual([
      false,
      'user_script:1: stack overflow',
    ]);
  });

  it('makes a million tail calls', () => {
    expect(
      runLua('local function f(n) if n == 0 then return "done" end return f(n - 1) end return f(1000000)'),
    ).toEqual(['done']);
  });

  it('starts over without doing things twice', () => {
    expect(runLua(`local n = 0 n = n + 1 ${recursion(10_000).replace('return f', 'local r = f')} return n, r`)).toEqual(
      [1, 10_000],
    );
  });

  it.each([
    [
      'metamethods',
      'local t = setmetatable({}, {__index = function(t, k) return t[k + 1] end}) return t[1]',
      'C stack overflow',
    ],
    [
      'tostring',
      'local t = {} setmetatable(t, {__tostring = function(x) return tostring(x) end}) return tostring(t)',
      'C stack overflow',
    ],
    ['gsub', "local function f() return (string.gsub('x', 'x', f)) end return f()", 'C stack overflow'],
    ['coroutines', 'local function f() return coroutine.wrap(f)() end return f()', 'C stack overflow'],
  ])('stops %s that nest without end', (_name, source, message) => {
    expect(luaError(source)).toContain(message);
  });

  it('refuses source that nests too deep', () => {
    for (const source of [
      `return ${'('.repeat(5_000)}1${')'.repeat(5_000)}`,
      `return ${'{'.repeat(5_000)}${'}'.repeat(5_000)}`,
      `return ${'not '.repeat(5_000)}1`,
      `return ${'- '.repeat(5_000)}1`,
      'do '.repeat(5_000) + 'end '.repeat(5_000),
      `return ${"'a' .. ".repeat(5_000)}'b'`,
      'return ' + 'function() return '.repeat(5_000) + '1 ' + 'end '.repeat(5_000),
    ]) {
      expect(() => runLua(source)).toThrow(LuaSyntaxError);
    }
  });

  it('survives long flat source', () => {
    const sum = Array.from({ length: 100 }, () => '1').join(' + ');
    expect(runLua(`local x = 0 ${'x = x + 1 '.repeat(20_000)} return x, ${sum}`)).toEqual([20_000, 100]);
  });
});

describe('memory', () => {
  it.each([["return string.rep('x', 600 * 1024 * 1024)"], ["local s = 'x' while true do s = s .. s end"]])(
    '%s is an error that can be caught',
    (source) => {
      expect(luaError(source)).toBe('not enough memory');
      expect(runLua(`return (pcall(function() ${source} end))`)).toEqual([false]);
    },
  );

  it('limits what unpack returns', () => {
    expect(luaError('return unpack({}, 1, 1e8)')).toBe('user_script:1: too many results to unpack');
  });

  it('refuses too many locals and upvalues', () => {
    const locals = Array.from({ length: 201 }, (_, i) => `local l${String(i)} = ${String(i)}`).join(' ');
    expect(() => runLua(locals)).toThrow('main function has more than 200 local variables');
    const names = Array.from({ length: 61 }, (_, i) => `u${String(i)}`);
    expect(() =>
      runLua(
        `local ${names.slice(0, 31).join(', ')} local ${names.slice(31).join(', ')} return function() return ${names.join(' + ')} end`,
      ),
    ).toThrow('function at line 1 has more than 60 upvalues');
  });
});
