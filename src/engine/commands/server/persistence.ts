// Imported, not the global: fake timers of a test must hold up no snapshot.
import { setImmediate } from 'node:timers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Services } from '../../execution/services';
import type { CommandContext } from '../../execution/command-context';
import { waitForCause } from '../../command/answers';
import { ErrorReply, OK, Status, type Reply } from '../../protocol/reply';
import { SaveFailure, type SaveHooks } from '../../execution/save-hooks';
import { isOption } from '../../command/arguments';
import { defineCommand } from '../define-command';
import { error, SYNTAX_ERROR } from '../../command/errors';

const NOWHERE_TO_SAVE = error('snapshots are not enabled: turn persistence on to save');
const ALREADY_SAVING = error('Background save already in progress');

/** @throws when nothing is kept, or a snapshot is being written */
function idleHooks({ engine }: CommandContext): SaveHooks {
  const { saveHooks } = engine.host;
  if (saveHooks === undefined) throw NOWHERE_TO_SAVE;
  if (saveHooks.saving()) throw ALREADY_SAVING;
  return saveHooks;
}

/** Redis answers `ERR` and nothing else, and says why in its log. */
function notSaved(engine: Services, command: string, failure: unknown): ErrorReply {
  if (!(failure instanceof SaveFailure)) return engine.internalError(command, failure);
  return error(`${failure.code} ${failure.message.replace(/[\r\n]+/g, ' ')}`);
}

export const save = defineCommand({
  name: 'save',
  needsConnection: true,
  arity: 1,
  flags: ['admin', 'noscript', 'no_async_loading', 'no_multi'],
  group: 'server',
  since: '1.0.0',
  summary: 'Writes a snapshot and answers when it is done.',
  complexity: 'O(N) in the number of changed keys',
  run(context) {
    const { session, engine } = context;
    const hooks = idleHooks(context);
    const saved = async (): Promise<Reply> => {
      // The snapshot begins once this command is over, so that it holds everything up to here.
      await nextTurn();
      if (hooks.saving()) return ALREADY_SAVING;
      try {
        await hooks.save();
        return OK;
      } catch (failure) {
        return notSaved(engine, 'save', failure);
      }
    };
    return engine.blocking.waitFor(session, 'save', saved());
  },
});

/** @throws when nothing is kept, or a snapshot is being written */
function saveInBackground(context: CommandContext): void {
  const hooks = idleHooks(context);
  setImmediate(() => {
    hooks.save().catch((failure: unknown) => notSaved(context.engine, 'bgsave', failure));
  });
}

export const bgsave = defineCommand({
  name: 'bgsave',
  needsConnection: true,
  arity: -1,
  flags: ['admin', 'noscript', 'no_async_loading'],
  group: 'server',
  since: '1.0.0',
  summary: 'Writes a snapshot in the background.',
  complexity: 'O(1)',
  syntax: '[SCHEDULE]',
  run(context, [option, ...rest]) {
    if (rest.length > 0 || (option !== undefined && !isOption(option, 'schedule'))) throw SYNTAX_ERROR;
    saveInBackground(context);
    // Of a transaction that is on its way, as of the next command.
    return new Status(`Background saving ${context.denyBlocking ? 'scheduled' : 'started'}`);
  },
});

export const bgrewriteaof = defineCommand({
  name: 'bgrewriteaof',
  arity: 1,
  flags: ['admin', 'noscript', 'no_async_loading'],
  group: 'server',
  since: '1.0.0',
  summary: 'Writes a snapshot in the background, which is what keeps the data here.',
  complexity: 'O(1)',
  run(context) {
    const { engine } = context;
    if (engine.host.saveHooks?.saving() === true && engine.host.saveHooks.saveNext !== undefined) {
      engine.host.saveHooks.saveNext().catch((failure: unknown) => notSaved(engine, 'bgrewriteaof', failure));
      return new Status('Background append only file rewriting scheduled');
    }
    saveInBackground(context);
    return new Status(`Background append only file rewriting ${context.denyBlocking ? 'scheduled' : 'started'}`);
  },
});

export const lastsave = defineCommand({
  name: 'lastsave',
  arity: 1,
  flags: ['loading', 'stale', 'fast'],
  group: 'server',
  since: '1.0.0',
  summary: 'Answers when the last snapshot was finished, in seconds since the epoch.',
  complexity: 'O(1)',
  categories: ['@admin', '@dangerous'],
  hints: ['nondeterministic_output'],
  run: ({ engine }) =>
    Math.floor((engine.host.saveHooks?.lastSave() ?? 0) / 1000) || Math.floor(engine.identity.startedAt / 1000),
});

const CANNOT_SHUT_DOWN = new ErrorReply('ERR Errors trying to SHUTDOWN. Check logs.');

export const shutdown = defineCommand({
  name: 'shutdown',
  needsConnection: true,
  arity: -1,
  flags: ['admin', 'noscript', 'loading', 'stale', 'no_multi', 'allow_busy'],
  group: 'server',
  since: '1.0.0',
  summary: 'Ends the process that serves this engine, if it allows that.',
  complexity: 'O(N) in the number of changed keys',
  syntax: '[NOSAVE | SAVE] [NOW] [FORCE] [ABORT]',
  run({ engine, session }, args) {
    const options = new Set(args.map((arg) => arg.toLowerCase()));
    const known = [...options].every((option) => ['nosave', 'save', 'now', 'force', 'abort'].includes(option));
    if (!known || (options.has('save') && options.has('nosave')) || (options.has('abort') && args.length > 1))
      throw SYNTAX_ERROR;
    if (options.has('abort')) throw error('No shutdown in progress.');
    if (engine.host.onShutdown === undefined) throw CANNOT_SHUT_DOWN;
    if (options.has('save') || options.has('nosave')) engine.host.saveHooks?.setFinalSave?.(options.has('save'));
    engine.host.onShutdown();
    // As in Redis there is no answer: the connection ends with the process.
    session.closing = true;
    return waitForCause();
  },
});
