import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installedHost } from '../../support/agent-host/place';
import { onBothHosts } from '../../support/agent-host/places';
import { freePort } from '../../support/redis-server';

const run = promisify(execFile);
const BETWEEN = '---8<---';

/** The README's commands, and what it says they print. */
function walk(): { readonly commands: string; readonly prints: string }[] {
  const readme = readFileSync(join(installedHost(), 'README.md'), 'utf8');
  return [...readme.matchAll(/```sh\n([^]*?)```\n\n```text\n([^]*?)```/g)].map(([, commands = '', prints = '']) => ({
    commands,
    prints,
  }));
}

onBothHosts({}, (running) => {
  let stopModel: () => unknown;
  beforeAll(async () => {
    const { place, host } = running();
    // As its README has it: its own model, and nothing but its own definitions.
    await host.stop();
    rmSync(place.path('config/tools/odd.yaml'));
    const port = String(await freePort());
    const model = spawn(process.execPath, [join(installedHost(), 'model/scripted-model.mjs')], {
      env: { ...process.env, PORT: port },
    });
    stopModel = () => model.kill();
    await once(model.stdout, 'data');
    Object.assign(running(), { host: await place.start({ HOST_MODEL_URL: `http://127.0.0.1:${port}/v1` }) });
  });
  afterAll(() => stopModel());

  it('does what its README says', async () => {
    const { place, host } = running();
    const steps = walk();
    const script = steps
      .map(({ commands }) => `${commands}\necho '${BETWEEN}'`)
      .join('\n')
      .replaceAll('localhost:3000', host.url.replace('http://', ''));
    const { stdout } = await run('bash', ['-c', script], {
      cwd: place.folder,
      env: { ...process.env, HOST_URL: host.url },
    });
    expect(steps.length).toBeGreaterThan(4);
    expect(stdout.split(`${BETWEEN}\n`).slice(0, -1)).toEqual(steps.map(({ prints }) => prints));
  });

  it('has a command line that lists, shows, runs again, and says what went wrong', async () => {
    const { place, host } = running();
    const cli = async (...args: string[]) => {
      const options = { cwd: place.folder, env: { ...process.env, HOST_URL: host.url } };
      return run(process.execPath, ['dist/cli/main.js', ...args], options).catch(
        (failure: unknown) => failure as { stdout: string; stderr: string; code: number },
      );
    };
    expect(await cli('agents', 'list')).toMatchObject({ stdout: 'writer\n' });
    expect((await cli('agents', 'show', 'writer')).stdout).toContain('You write plainly');
    expect(await cli('workflows', 'list')).toMatchObject({ stdout: 'hello\nreport\n' });
    expect((await cli('tools', 'list')).stdout).toMatch(/^text\.word_count +Counts words/m);
    expect(JSON.parse((await cli('tools', 'show', 'text.shout')).stdout)).toMatchObject({
      input: { required: ['text'] },
    });
    const { stderr } = await cli('agents', 'run', 'writer', 'Hello');
    const [, id = ''] = /^run (\S+)/.exec(stderr) ?? [];
    expect(stderr).toContain('answer: done');
    expect((await cli('tasks', 'list')).stdout).toContain(`${id}  done`);
    expect(JSON.parse((await cli('tasks', 'show', id)).stdout)).toMatchObject({
      status: 'done',
      steps: [{ id: 'answer' }],
    });
    const { id: greeted } = await host.admin.finish('hello', { name: 'again' });
    expect(await cli('tasks', 'run', greeted)).toMatchObject({ stdout: 'Good evening\n' });
    expect(await cli('workflows', 'run', 'hello', '{')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^INPUT_REJECTED: \{ is no JSON/),
    });
    expect(await cli('workflows', 'show', 'nothing')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^DEFINITION_UNKNOWN: /),
    });
    expect(await cli('--key', 'wrong', 'tasks', 'list')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^KEY_INVALID: /),
    });
    expect(await cli('--url', 'http://127.0.0.1:1', 'tasks', 'list')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^HOST_UNREACHABLE: /),
    });
  });
});
