import { runCommand } from '../../support/cli';
import { HostClient, type ShownRun } from '../../support/agent-host/client';
import { HostPlace } from '../../support/agent-host/place';
import { startRedisServer } from '../../support/redis-server';

const WAITS = `
name: waits
input: [n]
steps:
  - { id: before, agent: writer, prompt: "I am \${input.n}", conversation: "talk \${input.n}" }
  - { id: go, signal: go }
  - { id: after, agent: writer, prompt: "Go on", conversation: "talk \${input.n}" }
output: ["\${steps.before.output}", "\${steps.after.output}"]
`;

it('moves to a real Redis with respite migrate, in the middle of its runs', async () => {
  const place = await HostPlace.make({}, { 'workflows/waits': WAITS });
  const redis = await startRedisServer();
  try {
    place.model.reply = ({ messages }) => `heard ${messages.length}`;
    const host = await place.start();
    const ada = await host.user('ada');
    const runs = await Promise.all([1, 2, 3, 4, 5].map((n) => ada.run('waits', { n })));
    for (const { id } of runs) await ada.when(id, ({ steps }) => steps[1]?.status === 'waiting');
    const hooked = await ada.post('/hooks/waits', { n: 6 }, { 'idempotency-key': 'evt' });
    await host.stop();

    const to = `redis://${redis.host}:${redis.port}`;
    const args = ['migrate', '--to', to, '--data-dir', 'respite-data', '--verify'];
    const moved = await runCommand(args, { cwd: place.folder });
    expect(moved).toMatchObject({ code: 0 });

    const distributed = { RESPITE_MODE: 'distributed', RESPITE_REDIS_ADDR: `${redis.host}:${redis.port}` };
    const there = new HostClient((await place.start(distributed)).url, ada.key);
    // Nothing was forgotten: runs, what they had come to, what was said, whose it is, which deliveries were taken.
    for (const { id } of runs) {
      await there.post(`/runs/${id}/signals/go`);
      const { status, output }: ShownRun = await there.ended(id);
      expect([status, output]).toEqual(['done', ['heard 2', 'heard 4']]);
    }
    expect(await there.post('/hooks/waits', { n: 6 }, { 'idempotency-key': 'evt' })).toEqual(hooked);
    expect(await there.get<object[]>('/runs')).toHaveLength(6);
  } finally {
    await place.remove();
    await redis.stop();
  }
});
