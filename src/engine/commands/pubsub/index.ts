import { NO_REPLY, type NoReply } from '../../command/answers';
import type { CommandContext } from '../../execution/command-context';
import { PushReply, type Reply } from '../../protocol/reply';
import { matchChannel, subscribe, unsubscribe } from '../../pubsub/pubsub';
import type { Client } from '../../session/client';
import { defineContainer, oneKey, keyRange } from '../../command/definition';
import { defineCommand } from '../define-command';
import { error, wrongSubcommandArguments } from '../../command/errors';

/** One of the three kinds of subscription: where it is kept, and what its confirmations are called. */
interface SubscriptionKind {
  readonly word: string;
  registry(context: CommandContext): Map<string, Set<Client>>;
  own(session: Client): Set<string>;
  /** The number a confirmation carries. */
  count(session: Client): number;
}

const generalCount = (session: Client) => session.channels.size + session.patterns.size;

const CHANNELS: SubscriptionKind = {
  word: 'subscribe',
  registry: (context) => context.engine.pubsub.channels,
  own: (session) => session.channels,
  count: generalCount,
};

const PATTERNS: SubscriptionKind = {
  word: 'psubscribe',
  registry: (context) => context.engine.pubsub.patterns,
  own: (session) => session.patterns,
  count: generalCount,
};

const SHARD_CHANNELS: SubscriptionKind = {
  word: 'ssubscribe',
  registry: (context) => context.engine.pubsub.shardChannels,
  own: (session) => session.shardChannels,
  count: (session) => session.shardChannels.size,
};

/** Sends confirmations. Inside EXEC the first takes the command's place in the answer, as in Redis. */
function confirm(context: CommandContext, confirmations: readonly PushReply[]): Reply | NoReply {
  const [first, ...others] = confirmations;
  const inExec = context.denyBlocking && first !== undefined;
  for (const confirmation of inExec ? others : confirmations) context.session.output.send(confirmation);
  return inExec ? first : NO_REPLY;
}

function subscribeTo(context: CommandContext, kind: SubscriptionKind, names: readonly string[]): Reply | NoReply {
  const { session } = context;
  const confirmations = names.map((name) => {
    subscribe(kind.registry(context), kind.own(session), name, session);
    return new PushReply([kind.word, name, kind.count(session)]);
  });
  return confirm(context, confirmations);
}

function unsubscribeFrom(context: CommandContext, kind: SubscriptionKind, names: readonly string[]): Reply | NoReply {
  const { session } = context;
  const word = kind.word.replace('subscribe', 'unsubscribe');
  const all = names.length > 0 ? names : [...kind.own(session)];
  if (all.length === 0) return confirm(context, [new PushReply([word, null, kind.count(session)])]);
  const confirmations = all.map((name) => {
    unsubscribe(kind.registry(context), kind.own(session), name, session);
    return new PushReply([word, name, kind.count(session)]);
  });
  return confirm(context, confirmations);
}

const NOT_IN_TRANSACTIONS = error("SSUBSCRIBE isn't allowed for a DENY BLOCKING client");

const SUBSCRIBING = { flags: ['pubsub', 'noscript', 'loading', 'stale'], group: 'pubsub' } as const;

const subscribeCommand = defineCommand({
  ...SUBSCRIBING,
  name: 'subscribe',
  channels: { which: 'all' },
  needsConnection: true,
  whileSubscribed: true,
  arity: -2,
  since: '2.0.0',
  summary: 'Listens to channels.',
  complexity: 'O(N) in the number of channels',
  syntax: 'channel [channel ...]',
  run: (context, names) => subscribeTo(context, CHANNELS, names),
});

const psubscribe = defineCommand({
  ...SUBSCRIBING,
  name: 'psubscribe',
  channels: { which: 'all', patterns: true },
  needsConnection: true,
  whileSubscribed: true,
  arity: -2,
  since: '2.0.0',
  summary: 'Listens to all channels that match patterns.',
  complexity: 'O(N) in the number of patterns',
  syntax: 'pattern [pattern ...]',
  run: (context, names) => subscribeTo(context, PATTERNS, names),
});

const ssubscribe = defineCommand({
  ...SUBSCRIBING,
  name: 'ssubscribe',
  channels: { which: 'all' },
  needsConnection: true,
  whileSubscribed: true,
  arity: -2,
  since: '7.0.0',
  summary: 'Listens to shard channels.',
  complexity: 'O(N) in the number of channels',
  keys: [keyRange('NOT_KEY', 1, -1)],
  syntax: 'shardchannel [shardchannel ...]',
  run(context, names) {
    if (context.denyBlocking) throw NOT_IN_TRANSACTIONS;
    return subscribeTo(context, SHARD_CHANNELS, names);
  },
});

const unsubscribeCommand = defineCommand({
  ...SUBSCRIBING,
  name: 'unsubscribe',
  needsConnection: true,
  whileSubscribed: true,
  arity: -1,
  since: '2.0.0',
  summary: 'Stops listening to channels, to all without arguments.',
  complexity: 'O(N) in the number of channels',
  syntax: '[channel [channel ...]]',
  run: (context, names) => unsubscribeFrom(context, CHANNELS, names),
});

const punsubscribe = defineCommand({
  ...SUBSCRIBING,
  name: 'punsubscribe',
  needsConnection: true,
  whileSubscribed: true,
  arity: -1,
  since: '2.0.0',
  summary: 'Stops listening to patterns, to all without arguments.',
  complexity: 'O(N) in the number of patterns',
  syntax: '[pattern [pattern ...]]',
  run: (context, names) => unsubscribeFrom(context, PATTERNS, names),
});

const sunsubscribe = defineCommand({
  ...SUBSCRIBING,
  name: 'sunsubscribe',
  needsConnection: true,
  whileSubscribed: true,
  arity: -1,
  since: '7.0.0',
  summary: 'Stops listening to shard channels, to all without arguments.',
  complexity: 'O(N) in the number of channels',
  keys: [keyRange('NOT_KEY', 1, -1)],
  syntax: '[shardchannel [shardchannel ...]]',
  run: (context, names) => unsubscribeFrom(context, SHARD_CHANNELS, names),
});

const publish = defineCommand({
  name: 'publish',
  channels: { which: 'first' },
  arity: 3,
  flags: ['pubsub', 'loading', 'stale', 'fast', 'may_replicate'],
  group: 'pubsub',
  since: '2.0.0',
  summary: 'Sends a message to a channel; answers how many clients got it.',
  complexity: 'O(N+M) in subscribers and patterns',
  syntax: 'channel message',
  alwaysEffective: 'live',
  run: ({ engine }, [channel, message]) => engine.pubsub.publish(channel, message),
});

const spublish = defineCommand({
  name: 'spublish',
  channels: { which: 'first' },
  arity: 3,
  flags: ['pubsub', 'loading', 'stale', 'fast', 'may_replicate'],
  group: 'pubsub',
  since: '7.0.0',
  summary: 'Sends a message to a shard channel; answers how many clients got it.',
  complexity: 'O(N) in the number of subscribers',
  keys: [oneKey('NOT_KEY')],
  syntax: 'shardchannel message',
  alwaysEffective: 'live',
  run: ({ engine }, [channel, message]) => engine.pubsub.publishSharded(channel, message),
});

function matching(registry: ReadonlyMap<string, unknown>, args: readonly string[]): string[] {
  const [subcommand = '', pattern] = args;
  if (args.length > 2) throw wrongSubcommandArguments('pubsub', subcommand);
  return [...registry.keys()].filter((name) => pattern === undefined || matchChannel(pattern, name));
}

function subscriberCounts(registry: ReadonlyMap<string, ReadonlySet<unknown>>, names: readonly string[]) {
  return names.flatMap((name) => [name, registry.get(name)?.size ?? 0]);
}

const INTROSPECTION = { flags: ['pubsub', 'loading', 'stale'], group: 'pubsub' } as const;

const pubsub = defineContainer({
  name: 'pubsub',
  helpSince: '6.2.0',
  arity: -2,
  flags: [],
  group: 'pubsub',
  since: '2.8.0',
  summary: 'Looks into the state of publish and subscribe.',
  subcommands: [
    defineCommand({
      ...INTROSPECTION,
      name: 'channels',
      arity: -2,
      since: '2.8.0',
      summary: 'Answers the channels somebody listens to.',
      syntax: '[pattern]',
      run: ({ engine }, args) => matching(engine.pubsub.channels, args),
    }),
    defineCommand({
      ...INTROSPECTION,
      name: 'numpat',
      arity: 2,
      since: '2.8.0',
      summary: 'Answers how many patterns somebody listens to.',
      run: ({ engine }) => engine.pubsub.patterns.size,
    }),
    defineCommand({
      ...INTROSPECTION,
      name: 'numsub',
      arity: -2,
      since: '2.8.0',
      summary: 'Answers the number of listeners of channels.',
      syntax: '[channel [channel ...]]',
      run: ({ engine }, args) => subscriberCounts(engine.pubsub.channels, args.slice(1)),
    }),
    defineCommand({
      ...INTROSPECTION,
      name: 'shardchannels',
      arity: -2,
      since: '7.0.0',
      summary: 'Answers the shard channels somebody listens to.',
      syntax: '[pattern]',
      run: ({ engine }, args) => matching(engine.pubsub.shardChannels, args),
    }),
    defineCommand({
      ...INTROSPECTION,
      name: 'shardnumsub',
      arity: -2,
      since: '7.0.0',
      summary: 'Answers the number of listeners of shard channels.',
      syntax: '[shardchannel [shardchannel ...]]',
      run: ({ engine }, args) => subscriberCounts(engine.pubsub.shardChannels, args.slice(1)),
    }),
  ],
});

/** The commands of pub/sub. */
export const PUBSUB_COMMANDS = [
  subscribeCommand,
  psubscribe,
  ssubscribe,
  unsubscribeCommand,
  punsubscribe,
  sunsubscribe,
  publish,
  spublish,
  pubsub,
];
