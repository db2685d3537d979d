import type { NoReply, Reply } from '../../src/engine';
import { Acl } from '../../src/engine/acl/acl';
import { CommandCatalogue } from '../../src/engine/command/catalogue';
import type { AnyCommand } from '../../src/engine/command/definition';
import { CommandTable } from '../../src/engine/command/table';
import { EffectLog } from '../../src/engine/effects/effect-log';
import { Keyspace } from '../../src/engine/keyspace/keyspace';
import { Client, type ClientContext } from '../../src/engine/session/client';
import type { QueuedCommand } from '../../src/engine/session/transaction';
import { ManualClock } from './manual-clock';

/** What the parts of a few clients share, and nothing else of an engine. */
export interface BareHouse {
  readonly clock: ManualClock;
  readonly keyspace: Keyspace;
  readonly effects: EffectLog;
  readonly commands: CommandTable;
  readonly acl: Acl;
  readonly clients: { readonly byId: Map<number, BareClient> };
  readonly replication: { readonly offset: number };
}

/** @param commands those of the table; default none */
export function bareHouse(commands: readonly AnyCommand[] = []): BareHouse {
  const clock = new ManualClock();
  const table = new CommandTable(
    new CommandCatalogue([{ names: commands.map(({ name }) => name), load: () => commands }]),
  );
  const keyspace = new Keyspace(2, clock);
  return {
    clock,
    keyspace,
    effects: new EffectLog(keyspace),
    commands: table,
    acl: new Acl(table),
    clients: { byId: new Map() },
    replication: { offset: 0 },
  };
}

/** A command that does nothing, or what `own` says. */
export function bareCommand(name: string, own: Partial<AnyCommand> = {}): AnyCommand {
  return { name, arity: -1, flags: [], group: 'generic', since: '1.0.0', summary: '', run: () => 'ran', ...own };
}

/** A client without a connection: what it is sent, and what is asked of it, stands in lists. */
export class BareClient extends Client {
  override readonly context: ClientContext = {
    typedName: '',
    runningScript: undefined,
    resetClock: () => undefined,
    settle: () => this.log.push('settle'),
    now: 0,
    takeEffects: () => undefined,
  };
  /** `settle`, `resume`, `close`, and the names of commands it was to run, in order. */
  readonly log: string[];
  /** Replies and pushes that were sent to it. */
  readonly sent: Reply[];
  /** What its commands answer. */
  answer: (name: string) => Reply | NoReply = () => 'OK';

  constructor(house: BareHouse) {
    const log: string[] = [];
    const sent: Reply[] = [];
    const nothing = () => undefined;
    super(
      {
        ...house,
        version: '7.0',
        requiresPassword: false,
        monitors: { remove: nothing },
        tracking: { disable: nothing },
        pubsub: { leave: nothing },
        clients: { memory: { update: nothing } },
      },
      house.clients.byId.size + 1,
      { remote: '127.0.0.1:1', local: '127.0.0.1:2', kind: 'tcp' },
      {
        send: (reply) => sent.push(reply),
        resume: () => log.push('resume'),
        close: () => log.push('close'),
      },
    );
    this.log = log;
    this.sent = sent;
    house.clients.byId.set(this.id, this);
  }

  override execute(name: string): Reply | NoReply {
    this.log.push(name);
    return this.answer(name);
  }
}

/** A command line that a client sent. */
export function queued(
  { commands }: { readonly commands: CommandTable },
  name: string,
  ...args: string[]
): QueuedCommand {
  return { record: commands.resolve(name, args), args, name };
}
