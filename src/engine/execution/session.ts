import type { NoReply } from '../command/answers';
import type { Reply } from '../protocol/reply';
import { Client } from '../session/client';
import type { ClientAddress, SessionOutput } from '../session/output';
import { CommandContext } from './command-context';
import type { Services } from './services';

/** What runs the commands of sessions. */
export interface SessionServices extends Services {
  execute(client: Client, name: string, args: readonly string[]): Reply | NoReply;
}

/** A client whose commands run on an engine. */
export class Session extends Client {
  override readonly context: CommandContext;

  constructor(
    private readonly engine: SessionServices,
    id: number,
    address: ClientAddress,
    output: SessionOutput,
  ) {
    super(engine, id, address, output);
    this.context = new CommandContext(engine, this);
  }

  /** Whether EVALSHA would find a script. @param sha in any case */
  knowsScript(sha: string): boolean {
    return this.engine.scripts.has(sha);
  }

  /** @returns the reply, or `NoReply` when there is none to send now */
  override execute(name: string, args: readonly string[]): Reply | NoReply {
    return this.engine.execute(this, name, args);
  }
}
