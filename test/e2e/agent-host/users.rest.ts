import { statSync } from 'node:fs';
import { HostClient } from '../../support/agent-host/client';
import { onBothHosts } from '../../support/agent-host/places';

const refused = (status: number, code: string): object => ({ status, body: { error: { code } } });

const DEFINITIONS = { 'workflows/waits': 'name: waits\nsteps: [{ id: forever, signal: never }]\n' } as const;

onBothHosts(DEFINITIONS, (running) => {
  it('makes the first user, whose key only its owner can read', () => {
    expect(statSync(running().place.path('admin.key')).mode & 0o777).toBe(0o600);
  });

  it('lets nobody in without a key, with a wrong one, or with one that has expired', async () => {
    const { host } = running();
    const as = (key: string) => new HostClient(host.url, key).request('GET', '/me');
    const user = await host.user('short', { expires_in: '1ms' });
    expect(await as('')).toMatchObject(refused(401, 'KEY_MISSING'));
    expect(await as(`ah.admin.${'x'.repeat(32)}`)).toMatchObject(refused(401, 'KEY_INVALID'));
    expect(await as('ah.nobody.x')).toMatchObject(refused(401, 'KEY_INVALID'));
    expect(await as(user.key)).toMatchObject(refused(401, 'KEY_EXPIRED'));
    const { key } = await host.admin.post<{ key: string }>('/users/short/key');
    expect(await as(key)).toMatchObject({ status: 200, body: { name: 'short', role: 'user' } });
    // The one before ended when the new one was made.
    expect(await as(user.key)).toMatchObject(refused(401, 'KEY_INVALID'));
  });

  it('keeps no key, only what cannot be turned back into one', async () => {
    const { host } = running();
    const { key } = await host.user('hashed');
    const users = await host.admin.request('GET', '/users');
    expect(users.body).toContainEqual({ name: 'hashed', role: 'user' });
    expect(JSON.stringify(users.body)).not.toContain(key);
    expect(await host.admin.request('POST', '/users', { name: 'hashed', role: 'user' })).toMatchObject(
      refused(409, 'USER_EXISTS'),
    );
    expect(await host.admin.request('POST', '/users', { name: 'x', role: 'king' })).toMatchObject(
      refused(400, 'INPUT_REJECTED'),
    );
  });

  it('lets each role do what it may', async () => {
    const { host } = running();
    const [user, editor] = [await host.user('plain'), await host.user('edith', { role: 'editor' })];
    const workflow = 'name: by\nsteps: [{ id: only, set: 1 }]\n';
    const tools = 'name: more\ntransport: stdio\ncommand: sh\n';
    expect(await user.request('PUT', '/definitions/workflows/by', workflow)).toMatchObject(refused(403, 'FORBIDDEN'));
    expect(await editor.request('PUT', '/definitions/workflows/by', workflow)).toMatchObject({ status: 200 });
    expect(await editor.request('PUT', '/definitions/tools/more', tools)).toMatchObject(refused(403, 'FORBIDDEN'));
    expect(await editor.request('GET', '/users')).toMatchObject(refused(403, 'FORBIDDEN'));
    expect(await user.finish('by')).toMatchObject({ status: 'done', output: 1 });
  });

  it('shows nobody what is another’s: runs, events, signals, conversations', async () => {
    const { host } = running();
    const [ada, bob] = [await host.user('ada'), await host.user('bob')];
    const { id } = await ada.run('waits');
    const { id: said } = await ada.post<{ id: string }>('/agents/writer/runs', {
      prompt: 'A secret',
      conversation: 'ours',
    });
    await ada.ended(said);
    for (const other of [bob, host.admin]) {
      for (const path of [`/runs/${id}`, `/runs/${id}/events`])
        expect(await other.request('GET', path)).toMatchObject(refused(404, 'RUN_UNKNOWN'));
      for (const what of ['cancel', 'again', 'signals/never'])
        expect(await other.request('POST', `/runs/${id}/${what}`)).toMatchObject(refused(404, 'RUN_UNKNOWN'));
      expect(await other.get('/conversations/ours')).toEqual({ name: 'ours', tokens: 0, messages: [] });
    }
    expect(await ada.get<{ messages: object[] }>('/conversations/ours')).toMatchObject({
      messages: [{ content: 'A secret' }, {}],
    });
    expect(await ada.post(`/runs/${id}/cancel`)).toMatchObject({ status: 'cancelled' });
  });

  it('limits how many runs a user has at once, and how many he starts in a minute', async () => {
    const { host } = running();
    const few = await host.user('few', { limits: { active: 2 } });
    const runs = [await few.run('waits'), await few.run('waits')];
    expect(await few.request('POST', '/workflows/waits/runs')).toMatchObject(refused(429, 'LIMIT_ACTIVE'));
    await few.post(`/runs/${runs[0]?.id ?? ''}/cancel`);
    await few.run('waits');
    const slow = await host.user('slow', { limits: { per_minute: 0 } });
    expect(await slow.request('POST', '/workflows/waits/runs')).toMatchObject(refused(429, 'LIMIT_RATE'));
  });

  it('starts a run once, however often a webhook is delivered, at once too', async () => {
    const { host } = running();
    const hooked = await host.user('hooked');
    const deliver = (key: string) =>
      hooked.request<{ run?: string }>('POST', '/hooks/waits', { n: 1 }, { 'idempotency-key': key });
    const first = await deliver('evt_1');
    expect(first.status).toBe(202);
    expect((await deliver('evt_1')).body).toEqual(first.body);
    const many = await Promise.all(Array.from({ length: 10 }, () => deliver('evt_2')));
    expect(new Set(many.filter(({ status }) => status === 202).map(({ body }) => body.run)).size).toBe(1);
    expect(many.filter(({ status }) => status !== 202).every(({ status }) => status === 409)).toBe(true);
    expect(await hooked.get<object[]>('/runs')).toHaveLength(2);
    expect(await hooked.request('POST', '/hooks/waits', {})).toMatchObject(refused(400, 'WEBHOOK_KEY_MISSING'));
    // Another user's delivery of the same name is another one.
    const other = await host.user('other');
    expect((await other.request('POST', '/hooks/waits', {}, { 'idempotency-key': 'evt_1' })).body).not.toEqual(
      first.body,
    );
  });
});
