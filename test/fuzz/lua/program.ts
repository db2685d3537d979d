import fc, { type Arbitrary } from 'fast-check';
import { showFunctions } from './show';

/**
 * Random Lua programs that end, and whose result does not depend on addresses or on the order of a traversal.
 *
 * Statements run one by one inside `pcall` and share a handful of variables; what each returns or raises is recorded, and
 * at the end the variables themselves.
 */
export function programs(): Arbitrary<string> {
  return fc
    .array(fc.letrec<Rules>(rules).statement, { minLength: 1, maxLength: 14, size: 'max' })
    .map((statements) => PRELUDE + statements.map((statement) => `run(function() ${statement} end)\n`).join('') + END);
}

interface Rules {
  expression: string;
  leaf: string;
  call: string;
  number: string;
  text: string;
  table: string;
  statement: string;
  block: string;
}

const PRELUDE = `local a, b, c, d, t, u, s, n = 1, 'two', nil, {1, 2, 3}, {x = 1, y = 'z', 10, 20}, {}, 'text', 0
local out = {}
${showFunctions({ number: 'tostring(v)', depth: 3 })}local function record(...) out[#out + 1] = line(...) end
local function named(v) return (string.gsub(tostring(v), '0x%x+', '0x')) end
local function cut(v) return type(v) == 'string' and #v > 200 and v:sub(1, 50) or v end
local function run(f)
  record(pcall(f))
  a, b, c, d, s, n = cut(a), cut(b), cut(c), cut(d), cut(s), cut(n)
end
`;

const END = 'record(a, b, c, d, t, u, s, n)\nreturn out';

const VARIABLES = ['a', 'b', 'c', 'd', 't', 'u', 's', 'n'];
const NAMES = ['x', 'y', 'z', 'n', 'len', '__proto__', 'constructor', 'toString', 'arguments', 'var'];

const NUMBERS = [
  '0',
  '1',
  '2',
  '3',
  '-1',
  '-2',
  '10',
  '0.5',
  '-0.5',
  '1.5',
  '3.7',
  '-3.7',
  '1e15',
  '1e14',
  '123456789012',
  '2^31',
  '2^53',
  '1e100',
  '-1e300',
  '1/3',
  '0x10',
  '255',
  '256',
  '100',
  '1e-5',
  '0.1',
  '65',
  '97',
];

/** Not 'nan': a NaN's sign can be lost (docs/reference/differences.md), and with it the letters that a program cuts out. */
const TEXTS = [
  `''`,
  `'a'`,
  `'abc'`,
  `'hello world'`,
  `'10'`,
  `'0x1F'`,
  `' 5 '`,
  `'1e2'`,
  `'a,b,c'`,
  `'key=val'`,
  `'\\0\\1\\255'`,
  `'a\\nb'`,
  `'%d'`,
  `'x%'`,
  `'UPPER lower'`,
  `'(nested (parens))'`,
  `'\\226\\128\\168'`,
  `'[set]'`,
  `[[a [[b]]`,
  `'0x1.8p-3'`,
  `'0x1000p-1080'`,
  `'$1'`,
  `'inf'`,
  `'-'`,
  `"it's"`,
  `'null'`,
  `'{"a":[1,2.5,"x",null,true]}'`,
];

const PATTERNS = [
  `'%a+'`,
  `'(%w+)=(%w+)'`,
  `'.'`,
  `'%d'`,
  `'[aeiou]'`,
  `'[^a-c]'`,
  `'()'`,
  `'%s*'`,
  `'l+'`,
  `'.-b'`,
  `'^h'`,
  `'d$'`,
  `'%b()'`,
  `'%f[%w]%w+'`,
  `'(.)(.)'`,
  `'%1'`,
  `'('`,
  `'%'`,
  `'[a'`,
  `'x?'`,
  `'[%]]'`,
  `'%p'`,
  `'%z'`,
  `'.\\0.'`,
  `'[\\0a]'`,
  `'\\0'`,
  `'(a)(b)(c)'`,
  `'[a-]'`,
  `'[]]'`,
  `'%g'`,
  `'(()'`,
  `'a*?'`,
  `'%x%x'`,
];

const REPLACEMENTS = [
  `'<%0>'`,
  `'%1'`,
  `'%2%1'`,
  `''`,
  `'%'`,
  `'%%'`,
  `{a = 'A', b = 2, c = false}`,
  `function(x) return x end`,
  `function(x, y) return y end`,
  `5`,
  `'%9'`,
];

const FORMATS = [
  `'%d'`,
  `'%5d|%-5d|%05d'`,
  `'%s'`,
  `'%10s|%-10s|%.2s'`,
  `'%q'`,
  `'%x %X %o'`,
  `'%5.2f'`,
  `'%e'`,
  `'%g'`,
  `'%.3g'`,
  `'%G'`,
  `'%c'`,
  `'%%'`,
  `'%i'`,
  `'%u'`,
  `'%+d'`,
  `'% d'`,
  `'%#x'`,
  `'%.14g'`,
  `'%.0f'`,
  `'%a'`,
  `'%'`,
  `'%5'`,
  `'%.20f'`,
  `'%s %s'`,
  `'%#o'`,
  `'%+.3e'`,
  `'%08.3f'`,
  `'%.0e'`,
  `'%#.0f'`,
  `'%#g'`,
];

const BINARY = ['+', '-', '*', '/', '%', '^', '..', '==', '~=', '<', '<=', '>', '>=', 'and', 'or'];

const pick = (list: readonly string[]): Arbitrary<string> => fc.constantFrom(...list);

/** Puts parts into a template: `$` stands for each in turn. */
function fill(template: string, ...parts: Arbitrary<string>[]): Arbitrary<string> {
  return fc.tuple(...parts).map((texts) => {
    let i = 0;
    return template.replace(/\$/g, () => texts[i++] ?? '');
  });
}

function rules(tie: fc.LetrecTypedTie<Rules>): { [K in keyof Rules]: Arbitrary<string> } {
  const e = tie('expression');
  const variable = pick(VARIABLES);
  const name = pick(NAMES);
  const small = pick(['0', '1', '2', '3', '-1', '-2', '5', 'n', '100']);
  // Which line a message names depends on where the parts stand.
  const gap = fc.oneof({ weight: 9, arbitrary: fc.constant(' ') }, { weight: 1, arbitrary: fc.constant('\n') });
  // Never `n`: repeated so often, a text takes all memory.
  const times = pick(['0', '1', '2', '3', '-1', '100', `'2'`]);
  const leaf = fc.oneof(
    { weight: 4, arbitrary: variable },
    { weight: 2, arbitrary: pick(NUMBERS) },
    { weight: 2, arbitrary: pick(TEXTS) },
    { weight: 1, arbitrary: pick(['nil', 'true', 'false', '{}']) },
  );
  return {
    leaf,
    number: fc.oneof(pick(NUMBERS), fill('($ + $)', pick(NUMBERS), pick(NUMBERS)), variable),
    text: fc.oneof(pick(TEXTS), fill('($ .. $)', pick(TEXTS), e), variable),
    table: fc.oneof(
      variable,
      fill('{$, $, $}', e, e, e),
      fill('{x = $, $}', e, e),
      fill('{[$] = $, y = $}', pick(['1', '2', '3', `'k'`, '1.5', 'true', '-1']), e, e),
      fill('{$, nil, $}', e, e),
      fc.constant('{5, 3, 9, 1}'),
      fc.constant(`{'b', 'a', 'c'}`),
    ),
    call: fc.oneof(...stringCalls(tie), ...tableCalls(tie), ...mathCalls(tie), ...baseCalls(tie), ...dataCalls(tie)),
    expression: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 5, arbitrary: leaf },
      {
        weight: 5,
        arbitrary: fill('($$$$$)', e, gap, pick(BINARY), gap, e),
      },
      { weight: 1, arbitrary: fill('(-$$)', gap, e) },
      { weight: 1, arbitrary: fill('(not $)', e) },
      { weight: 2, arbitrary: fill('#$', tie('table')) },
      { weight: 2, arbitrary: fill('$[$$$]', variable, gap, e, gap) },
      { weight: 1, arbitrary: fill('$.$', variable, name) },
      { weight: 1, arbitrary: fill('$.$$.$', variable, name, gap, name) },
      { weight: 1, arbitrary: fill('$:$($)', variable, pick(['upper', 'sub', 'rep', 'x', 'len', 'toString']), times) },
      { weight: 1, arbitrary: fill('$($$$)', variable, gap, e, gap) },
      {
        weight: 1,
        arbitrary: fill(
          '(function(x, ...) local y, z = ... return $ end)($, $)',
          fc.oneof(e, pick(['x', 'y', 'z', '...', `select('#', ...)`])),
          e,
          e,
        ),
      },
      { weight: 2, arbitrary: tie('table') },
      { weight: 8, arbitrary: tie('call') },
    ),
    block: fc
      .array(tie('statement'), { minLength: 1, maxLength: 2 })
      .map((list) => list.map((line) => `do ${line} end`).join(' ')),
    statement: fc.oneof(
      { depthSize: 'small' },
      { weight: 6, arbitrary: fill('$ = $', variable, e) },
      { weight: 3, arbitrary: fill('return $', e) },
      { weight: 2, arbitrary: fill('return $, $', e, e) },
      { weight: 2, arbitrary: fill('$[$] = $', variable, e, e) },
      { weight: 1, arbitrary: fill('$.$ = $', variable, name, e) },
      { weight: 1, arbitrary: fill('$, $ = $, $', variable, variable, e, e) },
      { weight: 1, arbitrary: fill('$, $[$] = $', variable, variable, small, e) },
      { weight: 2, arbitrary: fill('if $ then $ else $ end', e, tie('block'), tie('block')) },
      {
        weight: 2,
        arbitrary: fill(
          'for i = $, $, $ do n = i $ end',
          pick(['0', '1', '3', '-1', '0.1', `'2'`, 'nil']),
          pick(['1', '3', '-3', '2.5', `'3'`, '{}']),
          pick(['1', '2', '-1', '0.5', '-0.7', '1']),
          tie('block'),
        ),
      },
      {
        weight: 2,
        arbitrary: fill('for i, v in ipairs($) do a = v if i > 5 then break end $ end', tie('table'), tie('block')),
      },
      {
        weight: 1,
        arbitrary: fill('local sum = 0 for k, v in pairs($) do sum = sum + 1 end return sum', tie('table')),
      },
      { weight: 1, arbitrary: fill('local i = 0 while i < 3 do i = i + 1 $ if $ then break end end', tie('block'), e) },
      {
        weight: 1,
        arbitrary: fill('local i = 0 repeat i = i + 1 local stop = i > 2 or $ $ until stop', e, tie('block')),
      },
      { weight: 1, arbitrary: fill('local x, y = $ return y, x', tie('call')) },
      {
        weight: 1,
        arbitrary: fill(
          'local function f(x, y) if x == 0 then return y end return f(x - 1, $) end return f(3, $)',
          fc.oneof(e, pick(['y', 'x'])),
          e,
        ),
      },
      { weight: 1, arbitrary: changingLocals(leaf) },
      { weight: 1, arbitrary: fill('error($, $)', e, pick(['1', '2', '3', '0', 'nil'])) },
      { weight: 1, arbitrary: fill('return pcall(function() $ end)', tie('block')) },
      {
        weight: 1,
        arbitrary: fill(
          'return xpcall(function() $ end, function(e) return $ end)',
          tie('block'),
          fc.oneof(e, pick(['e', `named(e) .. '!'`])),
        ),
      },
      {
        weight: 1,
        arbitrary: fill(
          '$ = setmetatable($, {$ = function(x, y) return $ end})',
          pick(['t', 'u', 'd', 'c']),
          tie('table'),
          pick([
            '__add',
            '__concat',
            '__eq',
            '__lt',
            '__le',
            '__call',
            '__index',
            '__unm',
            '__mod',
            '__newindex',
            '__tostring',
            '__div',
            '__pow',
          ]),
          fc.oneof(leaf, pick(['x', 'y'])),
        ),
      },
      { weight: 1, arbitrary: fill('u = setmetatable({}, {__index = $, __metatable = $})', e, e) },
      {
        weight: 1,
        arbitrary: fill(
          'local co = coroutine.wrap(function(x) local y = coroutine.yield($) $ return y end) return co($), co($)',
          e,
          tie('block'),
          e,
          e,
        ),
      },
      {
        weight: 1,
        arbitrary: fill(
          'local co = coroutine.create(function(...) $ return coroutine.yield(...) end) return coroutine.resume(co, $), coroutine.status(co), coroutine.resume(co, $)',
          tie('block'),
          e,
          e,
        ),
      },
      {
        weight: 1,
        arbitrary: fill(
          'local fs = {} for i = 1, 3 do fs[i] = function() i = i + 1 return i, $ end end return fs[1](), fs[1](), fs[2]()',
          e,
        ),
      },
      {
        weight: 1,
        arbitrary: fill(
          `return loadstring($)`,
          pick([`'return 1'`, `'x ='`, `'return ...'`, `'1'`, `'for'`, `'return "\\0"'`, `'a.b:c'`]),
        ),
      },
      {
        weight: 1,
        arbitrary: fill(
          'return (loadstring($))()',
          pick([`'return 1 + nil'`, `'return ...'`, `'local x = {} return x.y.z'`, `'error("e")'`]),
        ),
      },
    ),
  };
}

/** Operands whose calls change the locals beside them: when Lua reads a local is seen in the result. */
function changingLocals(e: Arbitrary<string>): Arbitrary<string> {
  const atom = pick(['x', 'y', '(x)', 'f(1)', 'f(3)', 'f(x)', 'z[x]', 'z[f(2)]', '#z', 'z.k', '2', 'w', 'g(2)']);
  const operand = fc.oneof(
    { weight: 2, arbitrary: atom },
    { weight: 2, arbitrary: fill('($ $ $)', atom, pick(BINARY), atom) },
    { weight: 1, arbitrary: fill('($ $ ($ $ $))', atom, pick(BINARY), atom, pick(BINARY), atom) },
  );
  const statement = fc.oneof(
    fill('return $, $', operand, operand),
    fill('if $ then return 1 else return 2 end', operand),
    fill('return ({$, $, [$] = $})[1], x', operand, operand, atom, operand),
    fill('z[$] = $', atom, operand),
    fill('z.k = $', operand),
    fill('x = $', operand),
    fill('x, z[$] = $, $', atom, operand, operand),
    fill('z[$], x = $, $', atom, operand, operand),
    fill('z[$], z[$] = $, $', atom, atom, operand, operand),
    fill('return (function() return $, $ end)()', operand, operand),
  );
  return fill(
    `local x, y, z, w = 1, $, {1, 2, 3}, 4 local first = z
    local function f(v) x, y, z = x + 1, $, {7, 8, 9, x, k = v} return v end
    local function g(v) w = w + 1 return f(v) end
    do local ok, e = pcall(function() $ end) record(ok, e) end
    $ return x, y, z[1], z[2], z[3], first[1], first[2], w`,
    e,
    e,
    statement,
    fill('do $ end', statement),
  );
}

function stringCalls(tie: fc.LetrecTypedTie<Rules>): Arbitrary<string>[] {
  const s = tie('text');
  const e = tie('expression');
  const position = pick(['1', '2', '-1', '0', '3', '-3', '10', 'nil', 'n']);
  return [
    fill('string.sub($, $, $)', s, position, position),
    fill('string.byte($, $, $)', s, position, position),
    fill('string.find($, $, $)', s, pick(PATTERNS), position),
    fill('string.find($, $, 1, true)', s, s),
    fill('string.match($, $)', s, pick(PATTERNS)),
    fill('string.gsub($, $, $)', s, pick(PATTERNS), pick(REPLACEMENTS)),
    fill('string.gsub($, $, $, $)', s, pick(PATTERNS), pick(REPLACEMENTS), position),
    fill(
      `(function() local r = {} for x, y in string.gmatch($, $) do r[#r + 1] = x r[#r + 1] = y if #r > 20 then break end end return table.concat(r, '/') end)()`,
      s,
      pick(PATTERNS),
    ),
    fill('string.format($, $)', pick(FORMATS), e),
    fill('string.format($, $, $, $)', pick(FORMATS), tie('number'), tie('number'), tie('number')),
    fill('string.rep($, $)', s, pick(['0', '1', '3', '-1', `'2'`, '2.7'])),
    fill('$($)', pick(['string.upper', 'string.lower', 'string.len', 'string.reverse']), e),
    fill('string.char($, $)', e, pick(['65', '255', '256', '-1', '0'])),
  ];
}

function tableCalls(tie: fc.LetrecTypedTie<Rules>): Arbitrary<string>[] {
  const table = tie('table');
  const e = tie('expression');
  return [
    fill('table.concat($, $)', table, pick([`','`, `''`, 'nil', '1', `', '`])),
    fill(
      'table.concat($, $, $, $)',
      table,
      pick([`','`, `''`]),
      pick(['1', '2', '0', '-1']),
      pick(['1', '2', '3', '5']),
    ),
    // In parentheses: a call with two results would choose the place, and with 2^31 a Redis moves elements for minutes.
    fill('table.insert($, ($))', table, e),
    // Never `n`: with 2^31 a Redis moves elements for minutes.
    fill('table.insert($, $, $)', table, pick(['1', '2', '3', '5', '0', '-1', '7']), e),
    fill('table.remove($)', table),
    fill('table.remove($, $)', table, pick(['1', '2', '3', '0', '-1', '10'])),
    fill('table.sort($)', table),
    fill(
      `table.sort($, function(x, y) return $ end)`,
      table,
      pick(['x < y', 'x > y', 'true', 'false', 'nil', 'named(x) < named(y)']),
    ),
    fill('unpack($)', table),
    fill('unpack($, $, $)', table, pick(['1', '2', '0', '-1']), pick(['1', '2', '3', '5', '1e9'])),
    fill('$($)', pick(['table.getn', 'table.maxn']), table),
    fill('table.foreachi($, function(i, v) if i == 2 then return v end end)', table),
  ];
}

function mathCalls(tie: fc.LetrecTypedTie<Rules>): Arbitrary<string>[] {
  const number = tie('number');
  const e = tie('expression');
  return [
    fill('math.$($)', pick(['floor', 'ceil', 'abs', 'sqrt', 'deg', 'rad', 'modf', 'frexp']), number),
    // The C library and V8 may differ in the last digit of these.
    fill(
      `string.format('%.9g', (math.$($)))`,
      pick(['exp', 'log', 'log10', 'sin', 'cos', 'tan', 'atan', 'asin', 'sinh', 'tanh']),
      number,
    ),
    fill('math.$($, $)', pick(['max', 'min', 'fmod', 'mod']), number, number),
    fill(`string.format('%.9g', math.$($, $))`, pick(['pow', 'atan2']), number, number),
    fill('math.ldexp($, $)', number, pick(['1', '10', '-10', '2000'])),
    fill('math.floor($)', e),
    fill(
      '(function() math.randomseed($) return math.random(), math.random(10), math.random(-5, 5) end)()',
      pick(['1', '42', '-1', '1e10', '3.7']),
    ),
    fill(
      'bit.$($, $)',
      pick(['band', 'bor', 'bxor', 'lshift', 'rshift', 'arshift', 'rol', 'ror', 'tohex']),
      number,
      number,
    ),
    fill('bit.$($)', pick(['bnot', 'tobit', 'bswap', 'tohex']), e),
  ];
}

function baseCalls(tie: fc.LetrecTypedTie<Rules>): Arbitrary<string>[] {
  const e = tie('expression');
  return [
    fill('named($)', e),
    fill('tonumber($)', e),
    fill('tonumber($, $)', tie('text'), pick(['2', '8', '10', '16', '36', '1', '37'])),
    fill('type($)', e),
    fill('select($, $, $, $)', pick(['1', '2', '-1', `'#'`, '0', '5', '-5', `'x'`]), e, e, e),
    fill('rawequal($, $)', e, e),
    fill('rawget($, $)', tie('table'), e),
    fill('rawset($, $, $)', tie('table'), e, e),
    fill('assert($, $)', e, e),
    fill('getmetatable($)', e),
    fill('setmetatable($, $)', tie('table'), e),
    fill('pcall($, $)', e, e),
    fill('next($)', pick(['{}', '{1}', '{x = 1}', 'nil', '5'])),
    fill('next($, $)', tie('table'), pick([`'missing'`, '99', '1.5'])),
    fill('ipairs($)', e),
    fill('redis.$($)', pick(['sha1hex', 'error_reply', 'status_reply']), e),
    fill(
      'redis.pcall($, $)',
      pick([`'set', 'k'`, `'get', 'k'`, `'nope'`, `'hget', 'k'`, `'incrby', 'k'`, `'echo'`, `'append', 'k'`]),
      e,
    ),
    fill('redis.call($, $)', pick([`'set', 'k'`, `'get'`, `'nope'`, `'hset', 'h', 'f'`, `'incrby', 'k'`, `'echo'`]), e),
  ];
}

function dataCalls(tie: fc.LetrecTypedTie<Rules>): Arbitrary<string>[] {
  const e = tie('expression');
  const json = pick([
    `'[1,2,{"a":null}]'`,
    `'{"x":1.5e3}'`,
    `'[1,'`,
    `'"\\\\u00e9"'`,
    `'nul'`,
    `'[]'`,
    `'{}'`,
    `'1'`,
    `'[[[]]]'`,
    `'{"a":{"b":[true,false]}}'`,
  ]);
  const flat = fc.oneof(
    pick(NUMBERS),
    pick(TEXTS),
    pick(['nil', 'true', '{}', '{1, 2}', '{1, {2, {3}}}', '{1, nil, 3}', `{'x'}`]),
  );
  const format = pick([
    `'i'`,
    `'>I2'`,
    `'<hB'`,
    `'s'`,
    `'c3'`,
    `'!4bi'`,
    `'d'`,
    `'f'`,
    `'l'`,
    `'Bc0'`,
    `'x'`,
    `'z'`,
    `'i9'`,
    `'>i3'`,
  ]);
  return [
    fill('cjson.decode($)', fc.oneof(json, e)),
    fill('cjson.encode($)', flat),
    fill('cjson.encode(cjson.decode($))', fc.oneof(json, pick(TEXTS))),
    fill('cmsgpack.pack($, $)', flat, flat),
    fill('cmsgpack.unpack(cmsgpack.pack($, $))', flat, flat),
    fill('cmsgpack.unpack($)', pick(TEXTS)),
    fill('struct.pack($, $, $)', format, flat, flat),
    fill('struct.unpack($, $)', format, tie('text')),
    fill('struct.size($)', format),
  ];
}
