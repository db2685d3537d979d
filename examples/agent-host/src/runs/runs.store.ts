import { Inject, Injectable } from '@nestjs/common';
import { CacheBackend, EventBus } from 'respite';
import { InjectRespite } from 'respite/nestjs';
import type { Problem } from '../errors/host-error';
import { SETTINGS, type Settings } from '../settings/settings';
import type { Outcome, Progress, Run, RunEvent, RunStatus } from './run';
import { readRun } from './read-run';
import { CREATE, FINISH, WRITE } from './scripts';

const ACTIVE = 'host:active';
const runKey = (id: string): string => `host:run:${id}`;
const eventsKey = (id: string): string => `host:run:${id}:events`;
const activeOf = (owner: string): string => `host:active:${owner}`;
const allOf = (owner: string): string => `host:runs:${owner}`;

type RunName = Pick<Run, 'id' | 'owner'>;

/** Runs in Redis: a hash and a stream of events each, and sets of those that go on. What belongs together is one script. */
@Injectable()
export class RunsStore {
  constructor(
    @InjectRespite(CacheBackend) private readonly cache: CacheBackend,
    @InjectRespite(EventBus) private readonly bus: EventBus,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** @returns whether it is a new one, or why there is none */
  async create(
    run: RunName & Pick<Run, 'workflow' | 'input' | 'created'>,
    maxActive: number,
  ): Promise<'new' | 'exists' | 'too many'> {
    const { id, owner, workflow, input, created } = run;
    const event = JSON.stringify({ workflow });
    const fields = [
      'owner',
      owner,
      'workflow',
      workflow,
      'input',
      JSON.stringify(input),
      'status',
      'running',
      'created',
      created,
    ];
    const keys = [...this.keys(run), allOf(owner)];
    const answer = await CREATE.run(this.cache, keys, [id, created, maxActive, event, ...fields]);
    if (answer === 1) this.wake(id);
    return answer === 1 ? 'new' : answer === 0 ? 'exists' : 'too many';
  }

  async load(id: string): Promise<Run | undefined> {
    return readRun(id, await this.cache.client.hgetall(runKey(id)));
  }

  async isRunning(id: string): Promise<boolean> {
    return (await this.cache.client.hget(runKey(id), 'status')) === 'running';
  }

  /** Writes how a step ended, once. @returns false when that was written before, or the run has ended */
  settle(run: RunName, step: string, outcome: Outcome): Promise<boolean> {
    const { status, output, error } = outcome;
    return this.write(run, `out:${step}`, outcome, 'step', { step, status, output, error }, true);
  }

  /** Writes what a step is at. */
  note(run: RunName, step: string, progress: Progress): Promise<boolean> {
    return this.write(run, `at:${step}`, progress, 'step', { step, ...progress }, false);
  }

  /** Writes a signal; the first of its name counts. */
  signal(run: RunName, signal: string, payload: unknown): Promise<boolean> {
    return this.write(run, `signal:${signal}`, payload, 'signal', { signal }, true);
  }

  /** @returns false when it has ended before */
  async finish(
    run: RunName,
    status: Exclude<RunStatus, 'running'>,
    result: { output?: unknown; error?: Problem },
  ): Promise<boolean> {
    const keys = this.keys(run);
    const event = JSON.stringify({ status, ...result });
    const fields = Object.entries(result).flatMap(([name, value]) => [name, JSON.stringify(value ?? null)]);
    const args = [run.id, status, Date.now(), this.settings.runs.keep, event, ...fields];
    const ended = (await FINISH.run(this.cache, keys, args)) === 1;
    if (ended) this.wake(run.id);
    return ended;
  }

  /** An owner's runs, the newest first; those whose time is over leave the list. */
  async list(owner: string, limit: number): Promise<Run[]> {
    const ids = await this.cache.client.zrange(allOf(owner), 0, limit - 1, 'REV');
    const runs = await Promise.all(ids.map((id) => this.load(id)));
    const gone = ids.filter((_, index) => runs[index] === undefined);
    if (gone.length > 0) await this.cache.client.zrem(allOf(owner), ...gone);
    return runs.filter((run) => run !== undefined);
  }

  /** The ids of all runs that go on. */
  active(): Promise<string[]> {
    return this.cache.client.zrange(ACTIVE, 0, -1);
  }

  /** The events after one, in their order. */
  async events(id: string, after: string): Promise<RunEvent[]> {
    const entries = await this.cache.client.xrange(eventsKey(id), `(${after}`, '+');
    return entries.map(([entry, [, type, , data]]) => ({
      id: entry,
      type: type as RunEvent['type'], // what the scripts write
      data: JSON.parse(data ?? '{}') as RunEvent['data'],
    }));
  }

  private async write(
    run: RunName,
    field: string,
    value: unknown,
    type: RunEvent['type'],
    data: object,
    once: boolean,
  ): Promise<boolean> {
    const keys = this.keys(run).slice(0, 2);
    const args = [field, JSON.stringify(value ?? null), type, JSON.stringify(data), once ? '1' : '0'];
    const written = (await WRITE.run(this.cache, keys, args)) === 1;
    if (written) this.wake(run.id);
    return written;
  }

  /** Events are in the stream; whoever watches is only told to look, and looks by himself should that be lost. */
  private wake(id: string): void {
    this.bus.publishWorkflowEvent(id, { type: 'changed' }).catch(() => undefined);
  }

  private keys({ id, owner }: RunName): string[] {
    return [runKey(id), eventsKey(id), activeOf(owner), ACTIVE];
  }
}
