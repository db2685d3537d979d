import type { Block, NoReply } from '../command/answers';
import type { AnyCommand, Args, CommandMetadata, EffectCall, EffectFacts } from '../command/definition';
import type { CommandContext } from '../execution/command-context';
import type { Reply } from '../protocol/reply';

/** A command as its handler sees it. */
export interface CommandDefinition<Arity extends number = number> extends CommandMetadata<Arity>, EffectFacts {
  /** Runs the command to its end. Throws an `ErrorReply` to answer with an error. */
  run(context: CommandContext, args: Args<Arity>): Reply | Block | NoReply;
  readonly effects?: 'none' | 'told' | ((call: EffectCall<Args<Arity>>) => readonly (readonly string[])[]);
}

/** Defines a command; the number in `arity` gives `args` its type. */
export function defineCommand<const Arity extends number>(definition: CommandDefinition<Arity>): AnyCommand {
  // Sound because sessions make their contexts themselves, and the executor checks the arity before every call.
  return definition as unknown as AnyCommand;
}
