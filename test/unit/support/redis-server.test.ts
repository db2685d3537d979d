import { Redis } from 'ioredis';
import { startRedisServer } from '../../support/redis-server';

describe('startRedisServer', () => {
  it('serves on a free port until stopped, and takes further arguments', async () => {
    const server = await startRedisServer({ args: ['--requirepass', 'secret'] });
    const client = new Redis({ host: server.host, port: server.port, password: 'secret' });
    try {
      expect(await client.ping()).toBe('PONG');
      expect(await client.info('server')).toContain(`process_id:${String(server.pid)}`);
    } finally {
      client.disconnect();
      await server.stop();
    }
    expect(() => process.kill(server.pid, 0)).toThrow('ESRCH');
  });

  it('says why a server did not start', async () => {
    await expect(startRedisServer({ args: ['--no-such-setting', '1'] })).rejects.toThrow(
      /before it was ready[^]*Bad directive/,
    );
  });
});
