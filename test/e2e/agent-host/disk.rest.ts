import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HostPlace } from '../../support/agent-host/place';
import { mayMount, removeSmallDisks, smallDisk } from '../../support/small-disk';
import { until } from '../../support/until';

const WORKFLOWS = {
  'workflows/keeps':
    'name: keeps\ninput: [text]\nsteps:\n  - { id: go, signal: go }\n  - { id: only, set: "${input.text}" }\n',
} as const;

afterAll(() => {
  removeSmallDisks();
});

/** Mounting takes root. */
const asRoot = mayMount ? it : it.skip;

asRoot(
  'a full disk: what is asked for is refused with a code, what was accepted goes on when there is room',
  async () => {
    const disk = await smallDisk('24m');
    const ballast = join(disk, 'ballast');
    const place = await HostPlace.make(
      { RESPITE_REDIS_STANDALONE_PERSISTENCE_DATA_DIR: join(disk, 'data') },
      WORKFLOWS,
    );
    try {
      const { admin } = await place.start();
      const { id } = await admin.run('keeps', { text: 'kept' });
      await admin.when(id, ({ steps }) => steps[0]?.status === 'waiting');
      fill(ballast);
      const text = 'x'.repeat(200_000);
      const refused = await refusal(() => admin.request<object>('POST', '/workflows/keeps/runs', { text }));
      expect(refused).toMatchObject({
        status: 503,
        body: { error: { code: 'STORAGE_UNAVAILABLE', message: expect.stringContaining('disk') } },
      });
      expect(await admin.request('GET', `/runs/${id}`)).toMatchObject({ status: 200, body: { status: 'running' } });
      rmSync(ballast);
      await until(
        'it takes writes again',
        async () => (await admin.request('POST', `/runs/${id}/signals/go`)).status === 202,
      );
      expect(await admin.ended(id)).toMatchObject({ status: 'done', output: 'kept' });
    } finally {
      await place.remove();
    }
  },
);

/** Writes until nothing more fits. */
function fill(file: string): void {
  const piece = Buffer.alloc(4096);
  for (;;) {
    try {
      writeFileSync(file, piece, { flag: 'a' });
    } catch {
      return;
    }
  }
}

/** What a file still had room for, in its last block, is taken; then it is refused. */
async function refusal<T extends { status: number }>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer.status >= 400) return answer;
  }
}
