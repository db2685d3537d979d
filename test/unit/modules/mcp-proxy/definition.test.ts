import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isOffered, toDefinition } from '../../../../src/modules/mcp-proxy/definition';
import { redactDefinition, restoreSecrets, withVariables } from '../../../../src/modules/mcp-proxy/secrets';
import { keepToken } from '../../../../src/modules/mcp-proxy/storage/token-file';
import { byQualifiedName, qualifiedName, toolClash } from '../../../../src/modules/mcp-proxy/tool-names';

const program = { name: 'a', transport: 'stdio', command: 'node' } as const;
const far = { name: 'a', transport: 'streamable-http', url: 'http://h/mcp' } as const;

describe('a definition', () => {
  it('gets its defaults', () => {
    expect(toDefinition({ ...program, args: undefined })).toEqual({
      ...program,
      timeout: 60_000,
      autoReconnect: true,
      healthInterval: 30_000,
    });
  });

  it.each([
    [null, 'not an object'],
    [[], 'not an object'],
    ['text', 'not an object'],
    [{}, '"name" is not'],
    [{ ...program, name: 'Upper' }, '"name" is not 1 to 32'],
    [{ ...program, name: 'a'.repeat(33) }, '"name" is not 1 to 32'],
    [{ ...program, name: 'admin' }, 'a path of the proxy itself'],
    [{ ...program, name: 'mcp' }, 'a path of the proxy itself'],
    [{ ...program, name: 'healthz' }, 'a path of the proxy itself'],
    [{ ...program, name: '../x' }, '"name" is not 1 to 32'],
    [{ ...program, transport: 'websocket' }, '"transport" is none of stdio, streamable-http, sse'],
    [{ name: 'a', transport: 'stdio' }, '"command" is missing'],
    [{ ...program, command: '' }, '"command" is not text'],
    [{ ...program, url: 'http://h' }, '"url" is not for stdio'],
    [{ ...program, args: 'x' }, '"args" is not a list of texts'],
    [{ ...program, args: [1] }, '"args" is not a list of texts'],
    [{ ...program, env: { 'A B': 'x' } }, '"env" has "A B"'],
    [{ ...program, env: { A: 1 } }, '"env" has "A"'],
    [{ ...program, env: { A: 'x\0y' } }, '"env" has "A"'],
    [{ name: 'a', transport: 'sse' }, '"url" is missing'],
    [{ ...far, url: 'file:///etc/passwd' }, '"url" is not a URL that begins with http'],
    [{ ...far, command: 'x' }, '"command" is not for streamable-http'],
    [{ ...far, headers: { 'x-a': 'b\r\nx-c: d' } }, '"headers" has "x-a"'],
    [{ ...program, timeout: 0 }, '"timeout" is not a number of milliseconds'],
    [{ ...program, timeout: 2 ** 31 }, '"timeout" is not a number of milliseconds'],
    [{ ...program, healthInterval: -1 }, '"healthInterval" is not'],
    [{ ...program, autoReconnect: 'yes' }, '"autoReconnect" is neither'],
    [{ ...program, tools: ['x'] }, '"tools" is not { include, exclude }'],
    [{ ...program, tools: { only: ['x'] } }, '"tools" has "only"'],
    [{ ...program, shell: true }, '"shell" is none of its parts'],
  ])('%j is refused', (input, problem) => {
    expect(() => toDefinition(input)).toThrow(
      expect.objectContaining({ code: 'MCP_DEFINITION_INVALID', message: expect.stringContaining(problem) }),
    );
  });

  it('names everything that is wrong with it', () => {
    const wrong = { name: 'A', transport: 'stdio', timeout: 'x' };
    expect(() => toDefinition(wrong)).toThrow(/"name".*"timeout".*"command"/s);
  });

  it('filters tools by names in which * stands for anything, and nothing else is special', () => {
    const names = ['get-a', 'get-b', 'put.a', 'putxa', 'a(b', ''];
    const offered = (filter: object): string[] => names.filter((name) => isOffered(filter, name));
    expect(offered({})).toEqual(names);
    expect(offered({ include: ['get-*'] })).toEqual(['get-a', 'get-b']);
    expect(offered({ include: ['*a'], exclude: ['get-*'] })).toEqual(['put.a', 'putxa']);
    expect(offered({ include: ['put.a'] })).toEqual(['put.a']);
    expect(offered({ include: ['a(b'] })).toEqual(['a(b']);
    expect(offered({ include: [] })).toEqual([]);
  });
});

describe('the names of tools among all', () => {
  it('have at most 64 characters, and stay apart', () => {
    expect(qualifiedName('a', 'tool')).toBe('a__tool');
    const long = [qualifiedName('server', `${'x'.repeat(70)}1`), qualifiedName('server', `${'x'.repeat(70)}2`)];
    expect(long.map((name) => name.length)).toEqual([64, 64]);
    expect(new Set(long).size).toBe(2);
    expect(long[0]).toMatch(/^server__x+_[0-9a-f]{8}$/);
  });

  it('that are the same are offered to nobody', () => {
    const tool = (server: string, name: string) => ({ server, name, qualifiedName: qualifiedName(server, name) });
    const { tools, clashes } = byQualifiedName([tool('a', 'x'), tool('a', 'x'), tool('b', 'x')]);
    expect([...tools.keys()]).toEqual(['b__x']);
    expect([...clashes.keys()]).toEqual(['a__x']);
    expect(toolClash('a__x', clashes.get('a__x') ?? [])).toMatchObject({ code: 'MCP_TOOL_CLASH' });
  });
});

describe('secrets of a definition', () => {
  it('of a URL are its login and its query', () => {
    const of = (url: string): string | undefined => redactDefinition(toDefinition({ ...far, url })).url;
    expect(of('http://h/mcp')).toBe('http://h/mcp');
    expect(of('http://user:secret@h/mcp?key=secret')).toBe('http://user:***@h/mcp?***');
    expect(of('http://secret@h/mcp')).toBe('http://***@h/mcp');
  });

  it('come back as they were, and only where they were', () => {
    const url = 'http://user:secret@h/mcp?key=secret';
    const stored = toDefinition({ ...far, url, headers: { authorization: 'Bearer secret', plain: '${A}' } });
    const shown = redactDefinition(stored);
    expect(JSON.stringify(shown)).not.toContain('secret');
    expect(restoreSecrets(shown, stored)).toEqual(stored);
    for (const written of [shown, { ...shown, headers: { other: '***' } }]) {
      const from = written === shown ? undefined : stored;
      expect(() => restoreSecrets(written, from)).toThrow(expect.objectContaining({ code: 'MCP_DEFINITION_INVALID' }));
    }
  });

  it('are read from variables, of which none may be missing', () => {
    expect(withVariables({ a: 'x${A}y${B}', b: '$A {A} ${' }, { A: '1', B: '' })).toEqual({ a: 'x1y', b: '$A {A} ${' });
    expect(() => withVariables({ a: '${NONE}' }, {})).toThrow(expect.objectContaining({ code: 'MCP_ENV_MISSING' }));
  });
});

describe('the file of the token', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'respite-token-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is made once, for its owner alone', () => {
    const file = join(folder, 'token');
    const { token, made } = keepToken(file);
    expect(made).toBe(true);
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(keepToken(file)).toEqual({ token, made: false });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toBe(`${token}\n`);
    expect(readdirSync(folder)).toEqual(['token']);
  });

  it('is not read when others could have written or read it, or when it is none', () => {
    const refused = (file: string, problem: string): void => {
      expect(() => keepToken(file)).toThrow(
        expect.objectContaining({ code: 'MCP_TOKEN_FILE_UNUSABLE', message: expect.stringContaining(problem) }),
      );
    };
    const open = join(folder, 'open');
    writeFileSync(open, 'token');
    chmodSync(open, 0o640);
    refused(open, 'others may read');
    symlinkSync(open, join(folder, 'link'));
    refused(join(folder, 'link'), 'symbolic link');
    refused(folder, 'no regular file');
    const empty = join(folder, 'empty');
    writeFileSync(empty, '\n', { mode: 0o600 });
    refused(empty, 'it is empty');
    refused(join(folder, 'none', 'token'), 'ENOENT');
    const long = join(folder, 'long');
    writeFileSync(long, 'x'.repeat(5000), { mode: 0o600 });
    refused(long, 'longer than a token');
  });
});
