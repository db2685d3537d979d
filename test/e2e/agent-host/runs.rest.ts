import { onBothHosts } from '../../support/agent-host/places';
import type { SentEvent } from '../../support/agent-host/client';

const DEFINITIONS = {
  'workflows/state': `
name: state
input: [a, b]
steps:
  - id: sum
    set: "\${input.a + input.b}"
  - id: twice
    set: { value: "\${steps.sum.output * 2}", text: "\${input.a} and \${input.b} are \${steps.sum.output}" }
  - id: big
    if: steps.twice.output.value > 10
    set: big
  - id: small
    if: steps.twice.output.value <= 10
    set: small
output: { text: "\${steps.twice.output.text}", size: "\${[steps.big.output, steps.small.output]}" }
`,
  'workflows/flaky': `
name: flaky
input: [file, times]
steps:
  - id: try
    tool: odd.flaky
    with: { file: "\${input.file}", times: "\${input.times}" }
    retry: { attempts: 3, delay: 10ms, backoff: fixed }
`,
  'workflows/forgiving': `
name: forgiving
input: [file]
steps:
  - id: fails
    tool: odd.flaky
    with: { file: "\${input.file}", times: 100 }
    on_error: continue
  - id: after
    set: "\${steps.fails.status}: \${steps.fails.error.code}"
`,
  'workflows/hangs': `
name: hangs
steps:
  - id: hang
    tool: odd.hang
    timeout: 300ms
`,
  'workflows/signals': `
name: signals
steps:
  - { id: first, signal: first }
  - { id: second, signal: second }
  - { id: never, needs: [first], signal: never, timeout: 200ms, on_error: continue }
output: ["\${steps.first.output}", "\${steps.second.output}", "\${steps.never.error.code}"]
`,
  'workflows/wrong': `
name: wrong
input: [a]
steps:
  - { id: bad, set: "\${input.a.b.c}" }
`,
} as const;

onBothHosts(DEFINITIONS, (running) => {
  it('runs the workflow of the README: agent, parallel tools, a condition, a signal, a wait', async () => {
    const { admin } = running().host;
    const { id } = await admin.run('report', { topic: 'the sea' });
    await admin.when(id, ({ steps }) => steps.some((step) => step.id === 'approve' && step.status === 'waiting'));
    await admin.post(`/runs/${id}/signals/approve`, { by: 'Ada' });
    const run = await admin.ended(id);
    expect(run).toMatchObject({
      status: 'done',
      output: {
        headline: 'ABOUT THE SEA',
        text: 'echo: Write one sentence about the sea.',
        words: 7,
        approved: { by: 'Ada' },
      },
    });
    expect(run.steps.map(({ id: step, status }) => [step, status])).toEqual([
      ['draft', 'done'],
      ['count', 'done'],
      ['headline', 'done'],
      ['warn', 'skipped'],
      ['approve', 'done'],
      ['breathe', 'done'],
    ]);
  });

  it('keeps state across steps, and leaves out what its condition leaves out', async () => {
    const { admin } = running().host;
    const { output } = await admin.finish('state', { a: 3, b: 4 });
    expect(output).toEqual({ text: '3 and 4 are 7', size: ['big', null] });
    expect((await admin.finish('state', { a: 1, b: 1 })).output).toEqual({
      text: '1 and 1 are 2',
      size: [null, 'small'],
    });
  });

  it('tries a step again that failed, and gives up after as many attempts as it may', async () => {
    const { place, host } = running();
    const passes = await host.admin.finish('flaky', { file: place.path('passes'), times: 2 });
    expect(passes).toMatchObject({ status: 'done', output: { calls: 3 }, steps: [{ attempts: 3 }] });
    const fails = await host.admin.finish('flaky', { file: place.path('fails'), times: 3 });
    expect(fails).toMatchObject({ status: 'failed', error: { code: 'TOOL_FAILED' }, steps: [{ attempts: 3 }] });
    expect(place.marks('fails')).toHaveLength(3);
  });

  it('goes on after a step that may fail, which later ones see', async () => {
    const { place, host } = running();
    const run = await host.admin.finish('forgiving', { file: place.path('forgiving') });
    expect(run).toMatchObject({ status: 'done', output: 'failed: TOOL_FAILED' });
  });

  it('gives up a tool that hangs', async () => {
    const run = await running().host.admin.finish('hangs');
    expect(run).toMatchObject({ status: 'failed', error: { code: 'TOOL_TIMED_OUT' } });
  });

  it('takes signals before and after their step waits, the first of a name, and waits only so long', async () => {
    const { admin } = running().host;
    const { id } = await admin.run('signals');
    await admin.post(`/runs/${id}/signals/second`, 2);
    await admin.when(id, ({ steps }) => steps[0]?.status === 'waiting');
    await admin.post(`/runs/${id}/signals/first`, 1);
    expect((await admin.ended(id)).output).toEqual([1, 2, 'SIGNAL_TIMED_OUT']);
    const late = await admin.request('POST', `/runs/${id}/signals/first`, {});
    expect(late).toMatchObject({ status: 409, body: { error: { code: 'RUN_ENDED' } } });
  });

  it('says which expression could not be worked out', async () => {
    const run = await running().host.admin.finish('wrong', { a: 1 });
    expect(run).toMatchObject({ status: 'failed', error: { code: 'EXPRESSION_FAILED' } });
    expect(run.error?.message).toContain('"input.a.b.c"');
  });

  it('refuses a run without its input, an unknown workflow, an unknown signal', async () => {
    const { admin } = running().host;
    expect(await admin.request('POST', '/workflows/state/runs', { a: 1 })).toMatchObject({
      status: 400,
      body: { error: { code: 'INPUT_REJECTED', message: expect.stringContaining('b') } },
    });
    expect(await admin.request('POST', '/workflows/nobody/runs', {})).toMatchObject({
      status: 404,
      body: { error: { code: 'DEFINITION_UNKNOWN' } },
    });
    const { id } = await admin.run('signals');
    expect(await admin.request('POST', `/runs/${id}/signals/nothing`, {})).toMatchObject({
      status: 400,
      body: { error: { code: 'SIGNAL_UNKNOWN' } },
    });
    expect(await admin.post(`/runs/${id}/cancel`)).toMatchObject({ status: 'cancelled' });
  });

  it('tells every event once to who comes back with Last-Event-ID', async () => {
    const { admin } = running().host;
    const { id } = await admin.run('signals');
    const seen: SentEvent[] = [];
    for await (const event of admin.events(`/runs/${id}/events`)) {
      seen.push(event);
      if (event.data['status'] === 'waiting') break; // the connection is lost
    }
    await admin.post(`/runs/${id}/signals/first`, 1);
    await admin.post(`/runs/${id}/signals/second`, 2);
    for await (const event of admin.events(`/runs/${id}/events`, seen.at(-1)?.id)) seen.push(event);
    const all: SentEvent[] = [];
    for await (const event of admin.events(`/runs/${id}/events`)) all.push(event);
    expect(seen).toEqual(all);
    expect(all.map(({ type }) => type)).toEqual(expect.arrayContaining(['started', 'step', 'signal', 'finished']));
    expect(all.at(-1)).toMatchObject({ type: 'finished', data: { status: 'done' } });
  });

  it('50 workflows at once: each user has the results of his own, and sees nobody else’s', async () => {
    const { host } = running();
    const users = await Promise.all(['ada', 'bob', 'cyd', 'dan', 'eve'].map((name) => host.user(name)));
    const runs = await Promise.all(
      users.flatMap((user, u) => Array.from({ length: 10 }, (_, n) => user.run('state', { a: u * 1000, b: n }))),
    );
    const ended = await Promise.all(
      runs.map(({ id }, index) => (users[Math.floor(index / 10)] ?? host.admin).ended(id)),
    );
    ended.forEach(({ output }, index) => {
      const [a, b] = [Math.floor(index / 10) * 1000, index % 10];
      expect(output).toMatchObject({ text: `${a} and ${b} are ${a + b}` });
    });
    for (const [u, user] of users.entries()) {
      const own = ended.slice(u * 10, u * 10 + 10).map(({ id }) => id);
      const listed = await user.get<{ id: string }[]>('/runs');
      expect(listed.map(({ id }) => id).sort()).toEqual(own.sort());
      const others = ended.filter(({ id }) => !own.includes(id));
      for (const path of ['', '/events']) {
        const answer = await user.request('GET', `/runs/${others[0]?.id ?? ''}${path}`);
        expect(answer).toMatchObject({ status: 404, body: { error: { code: 'RUN_UNKNOWN' } } });
      }
    }
  });
});
