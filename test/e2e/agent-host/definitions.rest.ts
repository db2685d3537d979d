import { onBothHosts } from '../../support/agent-host/places';

const VERSION = (n: number): string => `name: edited
steps:
  - { id: begin, set: version ${n} }
  - { id: go, signal: go }
  - { id: end, set: "still ${n}" }
output: ["\${steps.begin.output}", "\${steps.end.output}"]
`;

interface Refused {
  readonly error: { readonly code: string; readonly message: string; readonly problems: readonly object[] };
}

onBothHosts({ 'workflows/edited': VERSION(1) }, (running) => {
  const put = (path: string, yaml: string, headers: Record<string, string> = {}) =>
    running().host.admin.request<Refused>('PUT', `/definitions/${path}`, yaml, headers);

  it('takes an edited workflow for the next run, while the one that goes on stays as it was', async () => {
    const { admin } = running().host;
    const before = await admin.run('edited');
    await admin.when(before.id, ({ steps }) => steps[1]?.status === 'waiting');
    const { headers, body } = await admin.request('GET', '/definitions/workflows/edited');
    expect(body).toBe(VERSION(1));
    const etag = headers.get('etag') ?? '';
    expect(await put('workflows/edited', VERSION(2), { 'if-match': etag })).toMatchObject({ status: 200 });
    const after = await admin.run('edited');
    for (const { id } of [before, after]) await admin.post(`/runs/${id}/signals/go`);
    expect((await admin.ended(before.id)).output).toEqual(['version 1', 'still 1']);
    expect((await admin.ended(after.id)).output).toEqual(['version 2', 'still 2']);
    // Somebody who has not seen the second version does not overwrite it.
    expect(await put('workflows/edited', VERSION(3), { 'if-match': etag })).toMatchObject({
      status: 412,
      body: { error: { code: 'ETAG_MISMATCH' } },
    });
    expect(await put('workflows/edited', VERSION(3))).toMatchObject({
      status: 428,
      body: { error: { code: 'ETAG_REQUIRED' } },
    });
  });

  it('keeps what was edited over a restart, unless its file has changed', async () => {
    const { place, host } = running();
    const { headers } = await host.admin.request('GET', '/definitions/workflows/hello');
    const hello = 'name: hello\nsteps: [{ id: only, set: edited }]\n';
    await put('workflows/hello', hello, { 'if-match': headers.get('etag') ?? '' });
    await host.stop();
    place.define({ 'workflows/edited': VERSION(7) });
    const again = await place.start();
    Object.assign(running(), { host: again });
    expect(await again.admin.get('/definitions/workflows/hello')).toBe(hello);
    expect(await again.admin.get('/definitions/workflows/edited')).toBe(VERSION(7));
  });

  it('is watched: first what there is, then every change', async () => {
    const { admin } = running().host;
    const seen: string[] = [];
    for await (const { type, data } of admin.events('/definitions/workflows/watch')) {
      seen.push(`${type} ${String(data['name'])}`);
      if (seen.length === 3) await put('workflows/fresh', 'name: fresh\nsteps: [{ id: only, set: 1 }]\n');
      if (seen.length === 4) await admin.request('DELETE', '/definitions/workflows/fresh');
      if (seen.length === 5) break;
    }
    expect(seen).toEqual(['put edited', 'put hello', 'put report', 'put fresh', 'delete fresh']);
  });

  it.each([
    [
      'what is no YAML, with its line',
      'name: bad\nsteps:\n  - { id: a\n',
      'DEFINITION_INVALID',
      /^workflows\/bad:\d+:\d+ /,
      { line: 4 },
    ],
    [
      'a value that cannot be, with its path, line and what to write',
      'name: bad\nsteps:\n  - id: a\n    tool: text.shout\n    retry:\n      attempts: often\n',
      'DEFINITION_INVALID',
      /workflows\/bad:6:7 steps\.0\.retry\.attempts: write a whole number/,
      { line: 6, column: 7, path: 'steps.0.retry.attempts' },
    ],
    [
      'a name nobody knows',
      'name: bad\nsteps:\n  - id: a\n    agent: writer\n    promt: Hello\n',
      'DEFINITION_INVALID',
      /workflows\/bad:5:5 steps\.0\.promt: is not known here/,
      { line: 5 },
    ],
    [
      'a step that does nothing',
      'name: bad\nsteps:\n  - id: a\n',
      'DEFINITION_INVALID',
      /steps\.0: the step does nothing: write one of agent, tool, signal, wait, set/,
      { line: 3 },
    ],
    [
      'an expression that is none',
      'name: bad\nsteps:\n  - id: a\n    set: "${1 +}"\n',
      'DEFINITION_INVALID',
      /steps\.0\.set: "1 \+" is no expression/,
      { line: 4 },
    ],
    [
      'steps that need somebody there is not',
      'name: bad\nsteps:\n  - id: a\n    needs: [b]\n    set: 1\n',
      'DEFINITION_INVALID',
      /steps\.0\.needs: there is no step "b"/,
      { line: 4 },
    ],
    [
      'a workflow that loops',
      'name: bad\nsteps:\n  - { id: a, needs: [c], set: 1 }\n  - { id: b, set: 1 }\n  - { id: c, set: 1 }\n',
      'WORKFLOW_LOOPS',
      /a -> c -> b -> a/,
      { line: 3 },
    ],
    [
      'a tool nobody offers',
      'name: bad\nsteps:\n  - id: a\n    tool: text.whisper\n',
      'TOOL_UNKNOWN',
      /workflows\/bad:4:5 steps\.0\.tool: there is no tool "text\.whisper": write one of .*text\.shout/,
      { line: 4 },
    ],
    [
      'an agent there is not',
      'name: bad\nsteps:\n  - id: a\n    agent: nobody\n    prompt: Hello\n',
      'AGENT_UNKNOWN',
      /there is no agent "nobody": write one of writer/,
      { line: 4 },
    ],
  ])('refuses %s', async (_, yaml, code, message, problem) => {
    const { status, body } = await put('workflows/bad', yaml);
    expect(status).toBe(400);
    expect(body.error.code).toBe(code);
    expect(body.error.message).toMatch(message);
    expect(body.error.problems[0]).toMatchObject(problem);
  });

  it('does not start with a file that is wrong, and says where', async () => {
    const { place } = running();
    place.define({ 'agents/wrong': 'name: wrong\n' });
    await running().host.stop();
    await expect(place.start()).rejects.toThrow(/DEFINITION_INVALID: agents\/wrong:1:1 instructions: is missing/);
    place.define({ 'agents/wrong': 'name: wrong\ninstructions: now right\n' });
    Object.assign(running(), { host: await place.start() });
    await expect(place.start({ HOST_RUNS_KEEP: 'long' })).rejects.toThrow(
      /SETTINGS_INVALID: host\.yaml:\d+:\d+ runs\.keep: write a time/,
    );
  });
});
