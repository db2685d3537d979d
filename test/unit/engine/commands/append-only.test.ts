import { CacheBackend } from '../../../../src';
import { createTestApp } from '../../../../src/testing';

it('refuses appendonly yes without a data directory, however it is asked for, and sets nothing that comes with it', async () => {
  const app = await createTestApp({ config: { mode: 'standalone' } }).start();
  const { client } = app.get(CacheBackend);
  const refusal =
    "CONFIG SET failed (possibly related to argument 'appendonly') - Unable to turn on AOF. There is no data directory: " +
    'start with redis.standalone.persistence.enabled.';
  for (const words of [
    ['appendonly', 'yes'],
    ['APPENDONLY', 'YES'],
    ['loglevel', 'debug', 'appendonly', 'yes'],
  ])
    await expect(client.call('CONFIG', 'SET', ...words)).rejects.toThrow(refusal);
  expect(await client.call('CONFIG', 'GET', 'append*ly', 'loglevel')).toEqual([
    'appendonly',
    'no',
    'loglevel',
    'notice',
  ]);
  expect(await client.call('CONFIG', 'SET', 'appendonly', 'no')).toBe('OK');
  await app.stop();
});
