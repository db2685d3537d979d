import { onBothHosts } from '../../support/agent-host/places';
import { until } from '../../support/until';

const DEFINITIONS = {
  'workflows/forever': 'name: forever\nsteps: [{ id: never, signal: never }]\n',
} as const;

const SETTINGS = { HOST_RUNS_KEEP: '500ms', HOST_RUNS_MAX_DURATION: '1s', HOST_RUNS_TAKEOVER: '500ms' };

onBothHosts(
  DEFINITIONS,
  (running) => {
    it('keeps a run for as long as it is told to once it has ended', async () => {
      const { admin } = running().host;
      const { id } = await admin.run('hello', { name: 'short' });
      await until('it is gone', async () => (await admin.request('GET', `/runs/${id}`)).status === 404);
      expect(await admin.get<object[]>('/runs')).toEqual([]);
    });

    it('ends a run that takes longer than it may', async () => {
      const { admin } = running().host;
      const { id } = await admin.run('forever');
      const events = admin.events(`/runs/${id}/events`);
      let last: unknown;
      for await (const { data } of events) last = data;
      expect(last).toMatchObject({ status: 'failed', error: { code: 'RUN_TIMED_OUT' } });
    });
  },
  SETTINGS,
);
