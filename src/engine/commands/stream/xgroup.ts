import type { CommandContext } from '../../execution/command-context';
import { ErrorReply, OK } from '../../protocol/reply';
import type { StreamView } from '../../values/stream';
import type { GroupView } from '../../values/stream-group';
import { LOWEST_ID, type StreamId } from '../../values/stream-id';
import type { Uint64 } from '../../values/uint64';
import { int64, isOption } from '../../command/arguments';
import { defineContainer, oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { error, wrongSubcommandArguments } from '../../command/errors';
import { STREAM } from './kind';
import { createConsumer, editGroup, noSuchGroup } from './groups';
import { rangeId, strictId } from './ids';

const KEY_REQUIRED = error(
  'The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.',
);
const GROUP_EXISTS = new ErrorReply('BUSYGROUP Consumer Group name already exists');
const BAD_ENTRIES_READ = error('value for ENTRIESREAD must be positive or -1');

/** Options may be repeated up to so many arguments, the subcommand's name included. */
const CREATE_ARGUMENTS = 7;
const SETID_ARGUMENTS = 6;

interface GroupOptions {
  readonly makeStream: boolean;
  readonly entriesRead: Uint64 | undefined;
}

/** Reads `[MKSTREAM] [ENTRIESREAD entries-read]`. @throws wrong subcommand arguments, not an integer */
function parseOptions(args: readonly string[], subcommand: 'create' | 'setid'): GroupOptions {
  let makeStream = false;
  let entriesRead: Uint64 | undefined;
  for (let i = 4; i < args.length; i++) {
    const word = args[i] ?? '';
    const next = args[i + 1];
    if (subcommand === 'create' && isOption(word, 'mkstream')) {
      makeStream = true;
    } else if (isOption(word, 'entriesread') && next !== undefined) {
      const value = int64(next);
      if (value < -1) throw BAD_ENTRIES_READ;
      entriesRead = value === -1 ? undefined : value;
      i += 1;
    } else {
      throw wrongSubcommandArguments('xgroup', args[0] ?? '');
    }
  }
  return { makeStream, entriesRead };
}

/** @throws WRONGTYPE, key required */
function existingStream(context: CommandContext, key: string): StreamView {
  const stream = context.peek(key, STREAM);
  if (stream === undefined) throw KEY_REQUIRED;
  return stream;
}

/** @throws WRONGTYPE, key required, NOGROUP */
function existingGroup(context: CommandContext, key: string, name: string): GroupView {
  const group = existingStream(context, key).group(name);
  if (group === undefined) throw noSuchGroup(key, name);
  return group;
}

const create = defineCommand({
  name: 'create',
  arity: -5,
  flags: ['write', 'denyoom'],
  group: 'stream',
  since: '5.0.0',
  summary: 'Adds a consumer group that reads what comes after an id.',
  complexity: 'O(1)',
  keys: [oneKey('RW INSERT', 2)],
  syntax: 'key groupname <id | $> [MKSTREAM] [ENTRIESREAD entries_read]',
  run(context, args) {
    const [, key, name, position] = args;
    const { makeStream, entriesRead } = parseOptions(args, 'create');
    const stream = makeStream ? context.peek(key, STREAM) : existingStream(context, key);
    if (args.length > CREATE_ARGUMENTS) throw wrongSubcommandArguments('xgroup', args[0]);
    const lastId: StreamId = isOption(position, '$') ? (stream?.lastId ?? LOWEST_ID) : strictId(position);
    if (stream?.group(name) !== undefined) throw GROUP_EXISTS;
    // A new key is seen by WATCH, a new group is not.
    const edited = stream === undefined ? context.edit(key, STREAM) : context.editSilently(key, STREAM);
    edited.addGroup(name, lastId, entriesRead);
    context.notify('t', 'xgroup-create', key);
    return OK;
  },
});

const setid = defineCommand({
  name: 'setid',
  arity: -5,
  flags: ['write'],
  group: 'stream',
  since: '5.0.0',
  summary: 'Lets a group go on reading after another id.',
  complexity: 'O(1)',
  keys: [oneKey('RW UPDATE', 2)],
  syntax: 'key groupname <id | $> [ENTRIESREAD entries_read]',
  run(context, args) {
    const [, key, name, position] = args;
    const { entriesRead } = parseOptions(args, 'setid');
    const stream = existingStream(context, key);
    existingGroup(context, key, name);
    if (args.length > SETID_ARGUMENTS) throw wrongSubcommandArguments('xgroup', args[0]);
    const lastId = isOption(position, '$') ? stream.lastId : rangeId(position);
    Object.assign(editGroup(context, key, name, 'xgroup-setid'), { lastId, entriesRead });
    return OK;
  },
});

const destroy = defineCommand({
  name: 'destroy',
  arity: 4,
  flags: ['write'],
  group: 'stream',
  since: '5.0.0',
  summary: 'Removes a group with all it has pending; consumers that wait in it are told.',
  complexity: 'O(N) in the number of pending entries',
  keys: [oneKey('RW DELETE', 2)],
  syntax: 'key groupname',
  run(context, [, key, name]) {
    if (existingStream(context, key).group(name) === undefined) return 0;
    context.editSilently(key, STREAM, 'xgroup-destroy').removeGroup(name);
    context.signalReady(key);
    return 1;
  },
});

const createconsumer = defineCommand({
  name: 'createconsumer',
  arity: 5,
  flags: ['write', 'denyoom'],
  group: 'stream',
  since: '6.2.0',
  summary: 'Adds a consumer to a group; reading does so by itself.',
  complexity: 'O(1)',
  keys: [oneKey('RW INSERT', 2)],
  syntax: 'key groupname consumername',
  run(context, [, key, name, consumer]) {
    if (existingGroup(context, key, name).consumer(consumer) !== undefined) return 0;
    createConsumer(context, key, editGroup(context, key, name), consumer);
    return 1;
  },
});

const delconsumer = defineCommand({
  name: 'delconsumer',
  arity: 5,
  flags: ['write'],
  group: 'stream',
  since: '5.0.0',
  summary: 'Removes a consumer and what it has pending; answers how much that was.',
  complexity: 'O(N) in the number of its pending entries',
  keys: [oneKey('RW DELETE', 2)],
  syntax: 'key groupname consumername',
  run(context, [, key, name, consumerName]) {
    if (existingGroup(context, key, name).consumer(consumerName) === undefined) return 0;
    const group = editGroup(context, key, name, 'xgroup-delconsumer');
    const consumer = group.consumer(consumerName);
    if (consumer === undefined) return 0;
    group.removeConsumer(consumer);
    return consumer.pending.size;
  },
});

export const xgroup = defineContainer({
  name: 'xgroup',
  arity: -2,
  flags: [],
  group: 'stream',
  since: '5.0.0',
  summary: 'Commands about consumer groups.',
  subcommands: [destroy, create, createconsumer, delconsumer, setid],
});
