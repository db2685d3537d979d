import { checkDuration, checkName, fromJson, perform, scanNames, Script, slotKey, timeLeft, toJson } from '../support';
import type { CacheBackend } from '../../cache';
import type { TaskConfigStore } from './task-config-store';

const getScript = new Script(__dirname, 'get-and-extend');
const extendScript = new Script(__dirname, 'extend');

/** What is kept of a task, each under a key of its own. */
type Part = 'config' | 'metadata';
const keyOf = (id: string, part: Part): string => slotKey('tasks', id, part);

/** Each part is a string; what reads one of them keeps both. */
export class RedisTaskConfigStore implements TaskConfigStore {
  readonly #client: CacheBackend['client'];
  readonly #retentionMs: number;

  /** `retentionMs` is how long a task is kept after it was last used; 0 is forever. */
  constructor(backend: CacheBackend, retentionMs: number) {
    this.#client = backend.client;
    this.#retentionMs = retentionMs;
  }

  save(id: string, config: unknown): Promise<void> {
    return this.#save('tasks.save', id, 'config', config);
  }

  get(id: string): Promise<unknown> {
    return this.#get('tasks.get', id, 'config');
  }

  delete(id: string): Promise<boolean> {
    return this.#delete('tasks.delete', id, 'config');
  }

  saveMetadata(id: string, metadata: unknown): Promise<void> {
    return this.#save('tasks.saveMetadata', id, 'metadata', metadata);
  }

  getMetadata(id: string): Promise<unknown> {
    return this.#get('tasks.getMetadata', id, 'metadata');
  }

  deleteMetadata(id: string): Promise<boolean> {
    return this.#delete('tasks.deleteMetadata', id, 'metadata');
  }

  keys(): Promise<string[]> {
    return perform('tasks.keys', 'all tasks', () => scanNames(this.#client, 'tasks', 'config'));
  }

  async ttl(id: string): Promise<number | undefined> {
    checkName('tasks.ttl: id', id);
    return perform('tasks.ttl', id, async () => timeLeft(await this.#client.pttl(keyOf(id, 'config'))));
  }

  async extend(id: string, ttl: number): Promise<boolean> {
    checkName('tasks.extend: id', id);
    checkDuration('tasks.extend: ttl', ttl);
    const keys = [keyOf(id, 'config'), keyOf(id, 'metadata')];
    return perform('tasks.extend', id, async () => Number(await extendScript.run(this.#client, keys, [ttl])) > 0);
  }

  async #save(operation: string, id: string, part: Part, value: unknown): Promise<void> {
    checkName(`${operation}: id`, id);
    const json = toJson(`${operation}: the ${part} of "${id}"`, value);
    const key = keyOf(id, part);
    await perform(operation, id, () =>
      this.#retentionMs > 0 ? this.#client.set(key, json, 'PX', this.#retentionMs) : this.#client.set(key, json),
    );
  }

  async #get(operation: string, id: string, part: Part): Promise<unknown> {
    checkName(`${operation}: id`, id);
    const keys = [keyOf(id, part), keyOf(id, part === 'config' ? 'metadata' : 'config')];
    return perform(operation, id, async () => {
      const json = await getScript.run(this.#client, keys, [this.#retentionMs]);
      return typeof json === 'string' ? fromJson(`The ${part} of the task "${id}"`, json) : undefined;
    });
  }

  async #delete(operation: string, id: string, part: Part): Promise<boolean> {
    checkName(`${operation}: id`, id);
    return perform(operation, id, async () => (await this.#client.del(keyOf(id, part))) > 0);
  }
}
