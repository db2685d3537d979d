import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createPluginBackend, describeBackend } from 'respite/testing';
import { localServer } from './local-server.mjs';

describeBackend('local-server', () => createPluginBackend(localServer), { describe, it });

describe('local-server', () => {
  it('says what to change when the server cannot be started', async () => {
    const config = { plugins: { 'local-server': { binary: 'no-such-server' } } };
    await assert.rejects(createPluginBackend(localServer, config), {
      code: 'REDIS_UNREACHABLE',
      message: /no-such-server could not be started. Check plugins.local-server.binary/,
    });
  });

  it('has its settings checked', async () => {
    const config = { plugins: { 'local-server': { patients: '1s' } } };
    await assert.rejects(createPluginBackend(localServer, config), { code: 'CONFIG_INVALID' });
  });
});
