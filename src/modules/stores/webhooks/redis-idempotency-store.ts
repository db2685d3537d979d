import { randomUUID } from 'node:crypto';
import { RespiteError } from '../../../errors';
import { checkDuration, checkName, foreignData, fromJson, perform, Script, slotKey, toJson } from '../support';
import type { CacheBackend } from '../../cache';
import type { BeginOutcome, IdempotencyStore } from './idempotency-store';

const beginScript = new Script(__dirname, 'begin');
const completeScript = new Script(__dirname, 'complete');
const failScript = new Script(__dirname, 'fail');

/** A result that is nothing; no JSON is empty. */
const NOTHING = '';

/** A key's state is a hash: who works on it, and the result once there is one. */
export class RedisIdempotencyStore implements IdempotencyStore {
  readonly #client: CacheBackend['client'];
  readonly #retentionMs: number;

  /** `retentionMs` is how long results are kept; 0 is forever. */
  constructor(backend: CacheBackend, retentionMs: number) {
    this.#client = backend.client;
    this.#retentionMs = retentionMs;
  }

  async begin(key: string, ttl: number): Promise<BeginOutcome> {
    checkName('webhooks.begin: key', key);
    checkDuration('webhooks.begin: ttl', ttl);
    const token = randomUUID();
    return perform('webhooks.begin', key, async () => {
      const reply = await this.#run(beginScript, key, [token, ttl]);
      const [status, result] = reply as [BeginOutcome['status'], string?]; // as the script's header says
      if (status === 'started') return { status, token };
      return status === 'completed' ? { status, result: resultOf(key, result) } : { status };
    });
  }

  async complete(key: string, token: string, result?: unknown, ttl = this.#retentionMs): Promise<void> {
    checkName('webhooks.complete: key', key);
    checkName('webhooks.complete: token', token);
    checkDuration('webhooks.complete: ttl', ttl, { min: 0 });
    const json = result === undefined ? NOTHING : toJson(`webhooks.complete: the result of "${key}"`, result);
    await this.#end('webhooks.complete', completeScript, key, [token, json, ttl]);
  }

  async fail(key: string, token: string): Promise<void> {
    checkName('webhooks.fail: key', key);
    checkName('webhooks.fail: token', token);
    await this.#end('webhooks.fail', failScript, key, [token]);
  }

  async #end(operation: string, script: Script, key: string, args: readonly (string | number)[]): Promise<void> {
    const done = await perform(operation, key, () => this.#run(script, key, args));
    if (done === 1) return;
    throw new RespiteError('IDEMPOTENCY_NOT_HELD', {
      message: `${operation}: this attempt no longer holds "${key}": its time was over, or it has ended. Undo what it did, or give begin() more time.`,
    });
  }

  #run(script: Script, key: string, args: readonly (string | number)[]): Promise<unknown> {
    return script.run(this.#client, [slotKey('webhooks', key, 'state')], args);
  }
}

function resultOf(key: string, json: string | undefined): unknown {
  if (json === undefined) throw foreignData(`The result of "${key}"`, 'is missing');
  return json === NOTHING ? undefined : fromJson(`The result of "${key}"`, json);
}
