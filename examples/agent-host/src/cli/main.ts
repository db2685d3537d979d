#!/usr/bin/env node
import { Command } from 'commander';
import { Connection, Refused } from './connection';
import { followRun } from './follow-run';
import { print, printTable } from './print';

interface Named {
  readonly name: string;
}

interface ListedRun {
  readonly id: string;
  readonly workflow: string;
  readonly status: string;
  readonly created: number;
}

const program = new Command('agent-host')
  .description('Speaks to an agent host that runs.')
  .option('--url <url>', 'where it is (HOST_URL)', process.env['HOST_URL'] ?? 'http://127.0.0.1:3000')
  .option('--key <key>', 'your API key; better is HOST_KEY, as everybody on the machine sees arguments');

const host = (): Connection => {
  const { url, key = process.env['HOST_KEY'] } = program.opts<{ url: string; key?: string }>();
  return Connection.open({ url, ...(key !== undefined && { key }) });
};

for (const kind of ['agents', 'workflows'] as const) {
  const group = program.command(kind);
  group
    .command('list')
    .description('their names')
    .action(async () => {
      for (const { name } of (await host().ask('GET', `/definitions/${kind}`)) as Named[]) print(name);
    });
  group
    .command('show <name>')
    .description('its YAML')
    .action(async (name: string) => {
      print(await host().ask('GET', `/definitions/${kind}/${encodeURIComponent(name)}`));
    });
  if (kind === 'agents') {
    group
      .command('run <name> <prompt>')
      .description('asks it, and waits for the answer')
      .option('--conversation <name>', 'goes on with a conversation')
      .action(async (name: string, prompt: string, options: { conversation?: string }) => {
        await start(`/agents/${encodeURIComponent(name)}/runs`, { prompt, ...options });
      });
  } else {
    group
      .command('run <name> [input]')
      .description('starts it with an input (JSON), and waits until it has ended')
      .action(async (name: string, input = '{}') => start(`/workflows/${encodeURIComponent(name)}/runs`, json(input)));
  }
}

const tools = program.command('tools');
tools
  .command('list')
  .description('server.tool, and what each does')
  .action(async () => {
    const all = (await host().ask('GET', '/tools')) as (Named & { description?: string })[];
    printTable(all.map(({ name, description = '' }) => [name, description]));
  });
tools
  .command('show <name>')
  .description('what it takes')
  .action(async (name: string) => {
    const all = (await host().ask('GET', '/tools')) as Named[];
    const found = all.find((tool) => tool.name === name);
    if (found === undefined)
      throw new Refused({ code: 'TOOL_UNKNOWN', message: `there is no tool "${name}": list them with "tools list".` });
    print(found);
  });
tools
  .command('run <name> [arguments]')
  .description('calls it')
  .action(async (name: string, args = '{}') => {
    const { output } = (await host().ask('POST', `/tools/${encodeURIComponent(name)}/call`, json(args))) as {
      output: unknown;
    };
    print(output);
  });

const tasks = program.command('tasks').description('your runs');
tasks
  .command('list')
  .description('the newest first')
  .action(async () => {
    const runs = (await host().ask('GET', '/runs')) as ListedRun[];
    printTable(
      runs.map(({ id, workflow, status, created }) => [id, status, new Date(created).toISOString(), workflow]),
    );
  });
tasks
  .command('show <id>')
  .description('a run with its steps')
  .action(async (id: string) => {
    print(await host().ask('GET', `/runs/${encodeURIComponent(id)}`));
  });
tasks
  .command('run <id>')
  .description('starts the same once more')
  .action(async (id: string) => start(`/runs/${encodeURIComponent(id)}/again`, {}));

async function start(path: string, body: unknown): Promise<void> {
  const connection = host();
  const { id } = (await connection.ask('POST', path, body)) as { id: string };
  print(await followRun(connection, id));
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refused({ code: 'INPUT_REJECTED', message: `${text} is no JSON: write it as '{"topic":"the sea"}'.` });
  }
}

program.parseAsync().catch((failure: unknown) => {
  console.error(failure instanceof Refused ? failure.message : failure);
  process.exitCode = 1;
});
