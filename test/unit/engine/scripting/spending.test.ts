import { ErrorReply } from '../../../../src/engine/protocol/reply';
import { ScriptStopped } from '../../../../src/engine/scripting/lua/errors';
import { stopMeter } from '../../../../src/engine/scripting/lua/meter';
import { ScriptMachine } from '../../../../src/engine/scripting/scripts';
import type { ScriptHost } from '../../../../src/engine/scripting/script-host';

/** The looks at the clock that a test waits for are over. */
class LooksOver extends ScriptStopped {}

const HOST: ScriptHost = { call: () => 'reply', mayCall: () => true, log: () => undefined };

/**
 * Runs Lua that calls `redis.call('begin')` before what is measured, and ends it at so many looks at the clock after that.
 * @returns whether there were so many
 */
function looks(source: string, most: number): boolean {
  let left = Infinity;
  const scripts = new ScriptMachine({
    version: '7.0',
    checkBudget: () => {
      if (--left <= 0) throw new LooksOver();
    },
  });
  const host: ScriptHost = {
    ...HOST,
    call: () => {
      left = most;
      return 'begun';
    },
  };
  try {
    const reply = scripts.run(scripts.compile(source, 'sha', source), host, [], []);
    if (reply instanceof ErrorReply) throw new Error(reply.text);
    return false;
  } catch (failure) {
    if (failure instanceof LooksOver) return true;
    throw failure;
  } finally {
    stopMeter();
  }
}

const BEGIN = "redis.call('begin')";
const LONG = "local s = string.rep('x', 16777216)";
const TWO = `${LONG} local t = string.rep('x', 16777215) .. 'y'`;

/** Everything that takes longer than a copy: of half a gigabyte, the longest text there is, V8 makes one in a fifth of a second. */
describe('one call of native code on 16 MB looks at the clock at least 16 times', () => {
  it.each([
    ['== of two texts', TWO, 'return s == t'],
    ['~= of two texts', TWO, 'return s ~= t'],
    ['< of two texts', TWO, 'return s < t'],
    ['<= of two texts', TWO, 'return s <= t'],
    ['> of two texts', TWO, 'return s > t'],
    ['rawequal', TWO, 'return rawequal(s, t)'],
    ['string.lower', LONG, 'return #s:lower()'],
    ['string.upper', LONG, 'return #s:upper()'],
    ['string.reverse', LONG, 'return #s:reverse()'],
    ['string.format %q', "local s = string.rep('\\n', 16777216)", "return #string.format('%q', s)"],
    ['string.find plain', LONG, "return s:find('y', 1, true)"],
    ['string.find of a text without specials', LONG, "return s:find('xy')"],
    ['string.find with a pattern', LONG, "return s:find('x*y')"],
    ['string.find of a long pattern', LONG, "return ('x'):find(s)"],
    ['string.match', LONG, "return s:match('^.*y')"],
    ['string.gmatch', LONG, "for w in s:gmatch('y') do end"],
    ['string.gsub that finds nothing', LONG, "return (s:gsub('y', ''))"],
    ['string.gsub that finds everything', LONG, "return #s:gsub('x', 'yy')"],
    ['string.gsub with a long template', "local s = string.rep('%%', 8388608)", "return #('ab'):gsub('.', s)"],
    ['%b()', "local s = string.rep('(', 16777216)", "return s:find('^%b()')"],
    ['%1', LONG, "return (s .. s):find('^(' .. string.rep('.', 1) .. '*)%1$')"],
    ['tonumber of blanks', "local s = string.rep(' ', 16777216)", 'return tonumber(s)'],
    ['tonumber of blanks and a digit', "local s = string.rep(' ', 16777216) .. '1'", 'return tonumber(s)'],
    ['tonumber of a digit and blanks', "local s = '1' .. string.rep(' ', 16777216)", 'return tonumber(s)'],
    ['tonumber of digits', "local s = string.rep('7', 16777216)", 'return tonumber(s)'],
    ['tonumber of zeros', "local s = string.rep('0', 16777216)", 'return tonumber(s)'],
    ['tonumber of hexadecimal digits', "local s = '0x' .. string.rep('f', 16777216)", 'return tonumber(s)'],
    ['tonumber in base 36', "local s = string.rep('z', 16777216)", 'return tonumber(s, 36)'],
    ['arithmetic on a text', "local s = string.rep(' ', 16777216) .. '1'", 'return s + 1'],
    ['unary minus on a text', "local s = string.rep(' ', 16777216) .. '1'", 'return -s'],
    ['a for loop from a text', "local s = string.rep(' ', 16777216) .. '1'", 'for i = s, 1 do end'],
    ['table.sort of long texts', TWO, 'table.sort({t, s})'],
    ['cjson.encode of a text', LONG, 'return #cjson.encode(s)'],
    ['cjson.encode of line breaks', "local s = string.rep('\\n', 16777216)", 'return #cjson.encode(s)'],
    ['cjson.encode of a key', `${LONG} local t = {[s] = 1}`, 'return #cjson.encode(t)'],
    ['cjson.decode of a text', "local s = '\"' .. string.rep('x', 16777216) .. '\"'", 'return #cjson.decode(s)'],
    ['cjson.decode of escapes', "local s = '\"' .. string.rep('\\\\n', 8388608) .. '\"'", 'return #cjson.decode(s)'],
    ['cjson.decode of blanks', "local s = string.rep(' ', 16777216) .. '1'", 'return cjson.decode(s)'],
    ['cjson.decode of digits', "local s = string.rep('7', 16777216)", 'return cjson.decode(s)'],
    ['struct.pack of many options', "local s = string.rep(' ', 16777216)", 'return struct.pack(s)'],
    ['struct.pack of digits', "local s = 'i' .. string.rep('0', 16777216) .. '4'", 'return struct.pack(s, 1)'],
    ['struct.size', "local s = string.rep('b', 16777216)", 'return struct.size(s)'],
    ['struct.size of blanks', "local s = string.rep(' ', 16777216)", 'return struct.size(s)'],
    ['struct.unpack', `${LONG} s = s .. '\\0'`, "return #struct.unpack('s', s)"],
    ['redis.sha1hex', LONG, 'return redis.sha1hex(s)'],
    ['loadstring of a comment', "local s = '--' .. string.rep('x', 16777216)", 'return loadstring(s)'],
    ['loadstring of line breaks', "local s = 'return [[' .. string.rep('\\n', 16777216) .. ']]'", 'loadstring(s)'],
    ['loadstring of carriage returns', "local s = '--[[' .. string.rep('\\r', 16777216) .. ']]'", 'loadstring(s)'],
    ['loadstring of escapes', "local s = 'return \"' .. string.rep('\\\\n', 8388608) .. '\"'", 'loadstring(s)'],
    ['loadstring of blanks', "local s = string.rep(' ', 16777216)", 'loadstring(s)'],
    ['a status of line breaks', "local s = string.rep('\\n', 16777216)", 'return {ok = s}'],
  ])('%s', (_name, setup, call) => {
    expect(looks(`${setup} ${BEGIN} ${call}`, 16)).toBe(true);
  });
});

describe('one call of native code that only copies 16 MB looks at the clock', () => {
  it.each([
    ['string.rep', '', "return #string.rep('x', 16777216)"],
    ['string.format %s', LONG, "return #string.format('%s', s)"],
    ['string.format of its own text', LONG, 'return #string.format(s)'],
    ['string.gsub with a long replacement', LONG, "return #('ab'):gsub('.', s)"],
    ['..', LONG, "return #(s .. 'x')"],
    ['table.concat', LONG, 'return #table.concat({s, s}, s)'],
    ['table.concat with a long separator', LONG, "return #table.concat({'a', 'b', 'c'}, s)"],
    ['a table read by a long key', `${LONG} local t = {}`, 'return t[s]'],
    ['a table written by a long key', `${LONG} local t = {}`, 't[s] = 1'],
    ['a method found by nothing', LONG, 'return rawget({}, s)'],
    ['rawset by a long key', `${LONG} local t = {}`, 'rawset(t, s, 1)'],
    ['cmsgpack.pack', LONG, 'return #cmsgpack.pack(s)'],
    ['cmsgpack.unpack', `${LONG} s = cmsgpack.pack(s)`, 'return #cmsgpack.unpack(s)'],
    ['struct.pack', LONG, "return #struct.pack('s', s)"],
    ['redis.log', LONG, 'redis.log(3, s)'],
    ['redis.error_reply', LONG, 'return redis.error_reply(s).err == nil'],
    ['redis.status_reply', LONG, 'return redis.status_reply(s).ok == nil'],
    ['redis.call', LONG, "redis.call('end', s)".replace("'end'", 's')],
    ['loadstring of a long string', "local s = 'return [[' .. string.rep('x', 16777216) .. ']]'", 'loadstring(s)'],
    ['a result', LONG, 'return s'],
  ])('%s', (_name, setup, call) => {
    expect(looks(`${setup} ${BEGIN} ${call}`, 1)).toBe(true);
  });
});

describe('work that no text shows is counted', () => {
  const keys = (count: number) => `local t = {} for i = 1, ${String(count)} do t['k' .. i] = 1 end`;
  it.each([
    ['a large character set', '', "string.find(string.rep('a', 2000), '[' .. string.rep('b', 60000) .. ']')", 100],
    ['a large set in %f', '', "string.find(string.rep('a', 2000), '%f[' .. string.rep('b', 60000) .. ']')", 100],
    [
      'a plain text that nearly stands everywhere',
      "local s = string.rep('a', 4000000) local p = 'b' .. string.rep('a', 1000000)",
      'for i = 1, 10 do s:find(p, 1, true) end',
      16,
    ],
    [
      'a plain text whose beginning stands everywhere',
      "local s = string.rep('a', 1000000) local p = string.rep('a', 500000) .. 'b'",
      's:find(p, 1, true)',
      1_000,
    ],
    [
      'a traversal of what was emptied',
      `${keys(200_000)} for k in pairs(t) do t[k] = nil end`,
      'for i = 1, 20 do next(t) end',
      16,
    ],
    [
      'an array that was emptied',
      'local t = {} for i = 1, 200000 do t[i] = 1 end for i = 1, 200000 do t[i] = nil end',
      'for i = 1, 20 do next(t) end',
      16,
    ],
    [
      'keys that come and go in a full table',
      `${keys(131_071)} t.last = 1`,
      'for i = 1, 20 do t["k" .. i] = nil t["n" .. i] = 1 end',
      16,
    ],
    [
      'a table made of many values',
      'local t = {} for i = 1, 7000 do t[i] = i end',
      'for i = 1, 400 do local u = {unpack(t)} end',
      100,
    ],
    [
      'select',
      'local function f(...) for i = 1, 400 do select(i, ...) end end local t = {} for i = 1, 7000 do t[i] = i end',
      'f(unpack(t))',
      10,
    ],
    [
      'string.char of many',
      'local t = {} for i = 1, 7000 do t[i] = 65 end',
      'for i = 1, 100 do string.char(unpack(t)) end',
      60,
    ],
    ['string.byte of many', "local s = string.rep('x', 7000)", 'for i = 1, 100 do s:byte(1, -1) end', 10],
    [
      'math.max and bit.bor of many',
      'local t = {} for i = 1, 7000 do t[i] = i end',
      'for i = 1, 100 do math.max(unpack(t)) bit.bor(unpack(t)) end',
      100,
    ],
    ['table.insert at the front', 'local t = {} for i = 1, 100000 do t[i] = i end', 'table.insert(t, 1, 0)', 9],
    ['table.remove at the front', 'local t = {} for i = 1, 100000 do t[i] = i end', 'table.remove(t, 1)', 9],
    ['cmsgpack.pack of a table', 'local t = {} for i = 1, 100000 do t[i] = i end', 'cmsgpack.pack(t)', 40],
    ['cjson.encode of a table', 'local t = {} for i = 1, 100000 do t[i] = i end', 'cjson.encode(t)', 40],
    ['a result of many', 'local t = {} for i = 1, 100000 do t[i] = i end', 'return t', 9],
    ['a result that has one table in all places', 'local t = {} for i = 1, 20 do t = {t, t} end', 'return t', 1_000],
    ['a load whose reader never ends', '', 'load(gcinfo)', 100],
    ['a loop of many statements', '', `for i = 1, 4000 do ${'local x = i * 2 x = x + 1 '.repeat(190)} end`, 10],
    [
      'a long function that calls nothing',
      `local function f(i) local x = i ${'x = x + 1 x = x * 2 '.repeat(500)} return x end`,
      `for i = 1, 10 do ${'f(i) '.repeat(100)} end`,
      10,
    ],
    [
      'loadstring of many statements',
      "local s = string.rep('local x = 1 ', 150)",
      'for i = 1, 100 do loadstring(s) end',
      100,
    ],
  ])('%s', (_name, setup, call, least) => {
    expect(looks(`${setup} ${BEGIN} ${call}`, least)).toBe(true);
  });
});
