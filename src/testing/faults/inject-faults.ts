import { EmbeddedEngine, ErrorReply } from '../../engine';
import type { Cluster, Redis } from 'ioredis';
import { clientOf, engineBehind, engineOf, isEngine, type OnEngine } from '../../redis-engine';
import { disturbClient } from './disturb-client';
import { ActiveFault, describeError, type Fault, type FaultEffect, type FaultError, type FaultTarget } from './fault';

/**
 * Makes what `target` lives on fail on purpose. Faults of an engine, or of an application or backend in standalone mode,
 * strike all its clients, listener included; faults of one client only that client, be it on an engine or a server.
 *
 * ```ts
 * const faults = injectFaults(app);
 * faults.fail('LOADING', { times: 3 });
 * faults.delay(200, { commands: ['hgetall'] });
 * faults.disconnect({ after: 10, times: 1 });
 * ```
 */
export function injectFaults(target: OnEngine): Faults {
  return new Faults(target);
}

/** The faults of one target. Of several that could strike a command, the one injected first does. */
export class Faults {
  readonly #faults: ActiveFault[] = [];
  readonly #undo: () => void;

  constructor(target: OnEngine) {
    const next = (command: string) => this.#faults.find((fault) => fault.strikes(command.toLowerCase()))?.effect;
    const place = placeOf(target);
    this.#undo = place instanceof EmbeddedEngine ? disturbEngine(place, next) : disturbClient(place, next);
  }

  /** Commands are answered with an error instead of being run. */
  fail(error: FaultError, target: FaultTarget = {}): Fault {
    const { text, canStrike } = describeError(error);
    return this.#add({ kind: 'fail', text }, target, canStrike);
  }

  /** Commands are run `ms` milliseconds late, on the engine's clock; what a client sends after them waits behind them. */
  delay(ms: number, target: FaultTarget = {}): Fault {
    return this.#add({ kind: 'delay', ms }, target);
  }

  /**
   * The connection ends when a command arrives: before it is run (default), or with `lose: 'reply'` right after, so that
   * nobody knows whether it was. Clients reconnect as they are configured to.
   */
  disconnect({ lose = 'command', ...target }: FaultTarget & { readonly lose?: 'command' | 'reply' } = {}): Fault {
    return this.#add({ kind: 'disconnect', runs: lose === 'reply' }, target);
  }

  /** Ends all faults; new ones can be injected. */
  clear(): void {
    this.#faults.length = 0;
  }

  /** Ends all faults for good, and leaves the target as it was. */
  [Symbol.dispose](): void {
    this.clear();
    this.#undo();
  }

  #add(effect: FaultEffect, target: FaultTarget, canStrike: (command: string) => boolean = () => true): Fault {
    const fault = new ActiveFault(effect, target, canStrike, (removed) => {
      const at = this.#faults.indexOf(removed);
      if (at >= 0) this.#faults.splice(at, 1);
    });
    this.#faults.push(fault);
    return fault;
  }
}

/** Where commands are disturbed: in the engine of all clients, or in one client. */
function placeOf(target: OnEngine): EmbeddedEngine | Redis | Cluster {
  if (isEngine(target)) return engineBehind(target);
  const client = clientOf(target);
  if (client === target) return client;
  try {
    return engineBehind(engineOf(target));
  } catch {
    return client; // a backend on a server: its shared client
  }
}

function disturbEngine(engine: EmbeddedEngine, next: (command: string) => FaultEffect | undefined): () => void {
  engine.disturb((name) => {
    const effect = next(name);
    return effect?.kind === 'fail' ? { kind: 'fail', reply: new ErrorReply(effect.text) } : effect;
  });
  return () => {
    engine.disturb(undefined);
  };
}
