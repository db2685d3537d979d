import { existsSync } from 'node:fs';
import { onBothHosts } from '../../support/agent-host/places';
import type { ShownRun } from '../../support/agent-host/client';
import { until } from '../../support/until';

const DEFINITIONS = {
  'workflows/crash': `
name: crash
input: [n, file]
steps:
  - { id: a, tool: odd.mark, with: { file: "\${input.file}", mark: "\${input.n}.a", ms: 40 } }
  - { id: b, needs: [a], tool: odd.mark, with: { file: "\${input.file}", mark: "\${input.n}.b", ms: 60 } }
  - { id: c, needs: [a], tool: odd.mark, with: { file: "\${input.file}", mark: "\${input.n}.c", ms: 20 } }
  - { id: pause, needs: [b, c], wait: 30ms }
  - { id: said, agent: writer, prompt: "\${input.n}", conversation: "talk \${input.n}" }
  - { id: d, tool: odd.mark, with: { file: "\${input.file}", mark: "\${input.n}.d" } }
output: ["\${steps.a.output.mark}", "\${steps.b.output.mark}", "\${steps.c.output.mark}", "\${steps.said.output}", "\${steps.d.output.mark}"]
`,
} as const;

const RUNS = 15;
const MARKS_OF_A_RUN = 4;

onBothHosts(DEFINITIONS, (running) => {
  it('kill -9 in the middle, three times: everything that was accepted is completed after the restart', async () => {
    const { place } = running();
    const file = place.path('marks');
    const accepted: { readonly id: string; readonly n: number }[] = [];
    for (const round of [1, 2, 3]) {
      const { host } = running();
      const before = existsSync(file) ? place.marks('marks').length : 0;
      for (let n = round * 100; n < round * 100 + RUNS; n++)
        accepted.push({ id: (await host.admin.run('crash', { n, file })).id, n });
      // Each round is hit somewhere else.
      const enough = before + (round * RUNS * MARKS_OF_A_RUN) / 5;
      await until('it is in the middle', async () => existsSync(file) && place.marks('marks').length >= enough);
      await host.kill();
      Object.assign(running(), { host: await place.start() });
      const { admin } = running().host;
      const runs = await Promise.all(accepted.map(({ id }) => admin.ended(id)));
      runs.forEach((run, index) => {
        expectWhole(run, accepted[index]?.n ?? 0);
      });
    }
    expectOnceUnlessInterrupted(place.marks('marks'));
    await expectRememberedOnce(accepted.map(({ n }) => n));
  });

  function expectWhole(run: ShownRun, n: number): void {
    expect(run).toMatchObject({ status: 'done', output: [`${n}.a`, `${n}.b`, `${n}.c`, `echo: ${n}`, `${n}.d`] });
    expect(run.steps.map(({ status }) => status)).toEqual(Array(6).fill('done'));
  }

  /** A step that was being done when the process died is done again: 16 at once, three times, at most. No other is. */
  function expectOnceUnlessInterrupted(marks: readonly string[]): void {
    const once = new Set(marks);
    expect(once.size).toBe(3 * RUNS * MARKS_OF_A_RUN);
    expect(marks.length - once.size).toBeLessThanOrEqual(3 * 16);
  }

  /** What was said is remembered once, though its step may have been done twice. */
  async function expectRememberedOnce(numbers: readonly number[]): Promise<void> {
    for (const n of numbers) {
      const { messages } = await running().host.admin.get<{ messages: object[] }>(
        `/conversations/${encodeURIComponent(`talk ${n}`)}`,
      );
      expect(messages).toHaveLength(2);
    }
  }
});
