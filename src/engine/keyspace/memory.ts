import { AccessClock } from './access-clock';
import type { EvictionPolicy } from './eviction-policy';
import { EvictionPool } from './eviction-pool';
import { PROCESS_HEAP } from './heap';
import { HeapRoom } from './heap-room';
import type { Keyspace } from './keyspace';
import { VariablesWatch } from './variables-watch';

/** Share of the available heap that keys may fill: beyond it garbage collection thrashes, and at the limit V8 ends the process. */
const SAFE_SHARE = 0.6;

/**
 * Share of V8's old space that everything in it may fill. Where garbage collections leave more than 0.8 of it, and take most of
 * the time (which they do on a busy machine), V8 ends the process although there is room.
 */
const GUARDED_SHARE = 0.7;

/** Bytes for keys, clients and scripts beside the program, as it is now. */
function measureHeap(): { readonly limit: number; readonly guarded: number; readonly program: number } {
  const { old, used } = PROCESS_HEAP.use();
  // At least half of the heap, however full of garbage it may be now.
  const limit = Math.floor(Math.max(old - used, old / 2));
  const guarded = Math.floor(Math.max(old * GUARDED_SHARE - used, limit * SAFE_SHARE));
  return { limit, guarded, program: used };
}

/** Bytes an engine without keys takes: Redis counts its own too, so that no limit is met before a small one is reached. */
export const STARTUP_BYTES = 1_048_576;

/** The memory limit and what happens when it is reached. */
export class Memory {
  /** Bytes in force. */
  limit = 0;
  /** Bytes as configured; 0 = derived from V8's heap limit. */
  configured = 0;
  peak = 0;
  /** Estimated bytes of what clients sent, did not read and made us remember; `ClientMemory` keeps it right. */
  clientBytes = 0;
  /** Estimated bytes of the keys that clients cache; `Tracking` keeps it right. */
  trackingBytes = 0;
  /** Estimated bytes of users and of the log of what they were refused; `Acl` keeps it right. */
  userBytes = 0;
  /** Bytes of V8's heap that there are for keys, clients and scripts: what its limit leaves beside the program itself. */
  readonly heapLimit: number;
  /** Bytes that keys, clients and all they left here may fill: beyond them V8 may end the process, and with it everybody's. */
  readonly guardedBytes: number;
  /** Estimated bytes of SLOWLOG; `SlowLog` keeps it right. */
  slowLogBytes = 0;
  /** Bytes of what CONFIG SET was given; `ParameterTable` keeps it right. */
  parameterBytes = 0;
  /** Estimated bytes of scripts and function libraries, compiled; `ScriptRunner` keeps it right. */
  scriptBytes = 0;
  /** Estimated bytes of the end of what replicas are sent; `Replication` keeps it right. */
  backlogBytes = 0;
  /** Estimated bytes of what replicas have yet to be sent: as on a Redis, no key is evicted for them. */
  replicaBytes = 0;
  /** What function libraries keep in variables; undefined while there is none. */
  #variables: VariablesWatch | undefined;
  readonly #program: number;
  /** `maxmemory-samples`: how many keys are looked at to choose one. */
  samples = 5;
  readonly access: AccessClock;
  /** For what a command makes. */
  readonly heapRoom = new HeapRoom();
  readonly #pool: EvictionPool;
  #policy: EvictionPolicy = 'noeviction';

  constructor(
    private readonly keyspace: Keyspace,
    /** Bytes; 0 derives a limit below V8's heap limit. */
    limit: number,
    random: () => number,
  ) {
    const heap = measureHeap();
    this.heapLimit = heap.limit;
    this.guardedBytes = heap.guarded;
    this.#program = heap.program;
    this.setLimit(limit);
    this.access = new AccessClock(random);
    this.#pool = new EvictionPool(keyspace, this.access, random);
  }

  /** @param bytes 0 = as much as V8's heap limit safely allows: beyond it V8 would end the process */
  setLimit(bytes: number): void {
    this.configured = bytes;
    this.limit = bytes > 0 ? bytes : Math.floor(this.heapLimit * SAFE_SHARE);
  }

  get policy(): EvictionPolicy {
    return this.#policy;
  }

  setPolicy(policy: EvictionPolicy): void {
    this.#policy = policy;
    this.access.frequencies = policy.endsWith('-lfu');
    this.#pool.clear();
  }

  /** There are function libraries, or none any more. */
  set hasLibraries(has: boolean) {
    if (!has) this.#variables = undefined;
    else this.#variables ??= new VariablesWatch(this.#program);
  }

  get evicts(): boolean {
    return this.#policy !== 'noeviction';
  }

  /** Whether the policy needs to know when or how often keys are used. */
  get tracksAccess(): boolean {
    return this.#policy.endsWith('-lru') || this.#policy.endsWith('-lfu');
  }

  /** Estimated bytes in use. */
  get used(): number {
    const clients = this.clientBytes + this.trackingBytes;
    const kept = this.userBytes + this.slowLogBytes + this.parameterBytes + this.scriptBytes;
    const variables = this.#variables?.bytes ?? 0;
    const replication = this.backlogBytes + this.replicaBytes;
    const used = this.keyspace.bytes + clients + kept + variables + replication + STARTUP_BYTES;
    if (used > this.peak) this.peak = used;
    return used;
  }

  /** Evicts keys, as far as the policy and a pause allow, until there is room. @returns whether there is */
  makeRoom(): boolean {
    if (this.#variables !== undefined) this.#lookAt(this.#variables);
    if (this.used - this.replicaBytes <= this.limit) return true;
    if (this.#policy === 'noeviction' || this.keyspace.frozen) return false;
    while (this.used - this.replicaBytes > this.limit) {
      const victim = this.#pool.choose(this.#policy, this.samples);
      if (victim === undefined) return false;
      this.keyspace.evict(victim.database, victim.entry);
    }
    return true;
  }

  #lookAt(variables: VariablesWatch): void {
    const { used } = this;
    if (used > variables.nextLook) variables.look(used - variables.bytes);
  }
}
