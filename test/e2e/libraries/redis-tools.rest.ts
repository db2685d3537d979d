import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { overSockets } from './places';

const run = promisify(execFile);

overSockets((place) => {
  const address = (): string[] => {
    const { hostname, port } = new URL(place().url);
    return ['-h', hostname, '-p', port];
  };

  it('redis-cli reads and writes, in RESP2 and RESP3', async () => {
    const cli = async (...args: string[]) => (await run('redis-cli', [...address(), ...args])).stdout;
    expect(await cli('SET', 'key', 'caf\u00e9')).toBe('OK\n');
    expect(await cli('--no-raw', 'GET', 'key')).toBe('"caf\\xc3\\xa9"\n');
    expect(await cli('-3', '--no-raw', 'HELLO')).toContain('"proto" => (integer) 3');
    expect(await cli('--no-raw', 'HSET', 'hash', 'a', '1', 'b', '2')).toBe('(integer) 2\n');
    expect(await cli('-3', '--no-raw', 'HGETALL', 'hash')).toBe('1# "a" => "1"\n2# "b" => "2"\n');
    expect(await cli('--scan', '--pattern', 'h*')).toBe('hash\n');
    expect(await cli('--bigkeys')).toContain(`Biggest   hash found '"hash"' has 2 fields`);
    expect(await cli('--no-raw', 'INCR', 'key')).toBe('(error) ERR value is not an integer or out of range\n');
  });

  it("redis-benchmark's default tests run to their end", async () => {
    const { stdout } = await run('redis-benchmark', [...address(), '-n', '1000', '-q', '--csv']);
    const tests = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(',')[0]);
    expect(tests).toHaveLength(21);
    expect(tests).toEqual(expect.arrayContaining(['"SET"', '"GET"', '"ZADD"', '"MSET (10 keys)"']));
  });
});
