import { LuaSyntaxError } from '../../../../src/engine/scripting/lua/errors';
import { luaError, runLua } from './lua-support';

/** Names that mean something in JavaScript, and nothing in Lua. */
const JAVASCRIPT_NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'arguments',
  'caller',
  'callee',
  'eval',
  'this',
  'globalThis',
  'process',
  'require',
  'module',
  'exports',
  'Function',
  'Object',
  'var',
  'let',
  'const',
  'class',
  'new',
  'delete',
  'void',
  'typeof',
  'with',
  'yield',
  'await',
  'async',
  'static',
  'super',
  'import',
  'export',
  'switch',
  'case',
  'default',
  'throw',
  'try',
  'catch',
  'finally',
  'null',
  'undefined',
  'NaN',
  'Infinity',
  'S',
  'E',
  'T',
  'V',
  'H',
  'K',
  'C',
  't',
  'v',
  'first',
  'fn',
];

describe('names of JavaScript', () => {
  it.each(JAVASCRIPT_NAMES)('%s is an ordinary local, field, parameter and method', (name) => {
    const source = `
      local ${name} = 1
      local function f(${name}) return ${name} end
      local table_ = { ${name} = 2 }
      function table_.${name}_() return 3 end
      function table_:m(${name}) return ${name} end
      for ${name} = 4, 4 do table_.last = ${name} end
      return ${name}, f(5), table_.${name}, table_['${name}'], table_.${name}_(), table_:m(6), table_.last`;
    expect(runLua(source)).toEqual([1, 5, 2, 2, 3, 6, 4]);
  });

  it.each(JAVASCRIPT_NAMES)('%s is no field of tables, strings, functions and libraries', (name) => {
    expect(runLua(`local t = {} return t.${name}, t['${name}'], ('x').${name}, rawget(string, '${name}')`)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(luaError(`local f = string.rep return f.${name}`)).toBe(
      "user_script:1: attempt to index local 'f' (a function value)",
    );
  });

  it.each(JAVASCRIPT_NAMES)('%s is no global', (name) => {
    expect(luaError(`return ${name}`)).toBe(
      `user_script:1: Script attempted to access nonexistent global variable '${name}'`,
    );
    expect(luaError(`return _G['${name}']`)).toBe(
      `user_script:1: Script attempted to access nonexistent global variable '${name}'`,
    );
  });
});

describe('code in strings, names and comments', () => {
  it.each([
    '"; process.exit(1); "',
    "'+process.exit(1)+'",
    '`${process.exit(1)}`',
    '\u2028process.exit(1)',
    '*/process.exit(1)/*',
    '//',
    '<!--',
    '-->',
    '\\',
    '\\u0027',
    '\0',
    '\xff\xfe',
    '${1}',
    '\r\n',
  ])('%j stays a string', (text) => {
    const latin1 = Buffer.from(text, 'utf8').toString('latin1');
    const quoted = `[==[\n${latin1.replace(/\r\n|\r/g, '\n')}]==]`;
    const expected = latin1.replace(/\r\n|\r/g, '\n');
    expect(
      runLua(
        `local t = {[ ${quoted} ] = ${quoted}} return t[ ${quoted} ], ${quoted} -- ${latin1.replace(/[\r\n]/g, ' ')}`,
      ),
    ).toEqual([expected, expected]);
  });

  it('refuses names that are not Lua', () => {
    for (const source of [
      'local a$b = 1',
      'local \\u0061 = 1',
      'local é = 1',
      'return a?.b',
      'return `x`',
      'x => 1',
      '() => 1',
    ]) {
      expect(() => runLua(Buffer.from(source, 'utf8').toString('latin1'))).toThrow(LuaSyntaxError);
    }
  });

  it('keeps a loaded chunk in the sandbox', () => {
    expect(luaError("return loadstring('return process')()")).toContain("nonexistent global variable 'process'");
  });
});

describe('what JavaScript would share between scripts', () => {
  it('leaves no trace in prototypes', () => {
    runLua(
      "local t = {} t.__proto__ = {polluted = 1} t.constructor = {prototype = {polluted = 1}} t['__proto__'].x = 2",
    );
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
    expect(runLua('local a = {__proto__ = {x = 1}} return a.x, a.__proto__.x')).toEqual([undefined, 1]);
  });

  it('protects the libraries', () => {
    for (const change of [
      'string.x = 1',
      'rawset(string, "x", 1)',
      'string.rep = nil',
      'table.insert(math, 1)',
      'setmetatable(string, {})',
      'getmetatable("").__index = {}',
      '_G.x = 1',
      'setmetatable(_G, {})',
      'x = 1',
      'function x() end',
    ]) {
      expect(luaError(change)).toContain('readonly table');
    }
  });

  it('gives functions no way to their code', () => {
    expect(luaError('return string.dump(pcall)()')).toContain('attempt to call');
    expect(luaError('return loadstring(string.dump(function() end))()')).toContain('attempt to call a nil value');
    expect(luaError('return getfenv(1)')).toContain("nonexistent global variable 'getfenv'");
    expect(luaError('return debug')).toContain("nonexistent global variable 'debug'");
  });
});
