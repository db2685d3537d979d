import type { ChainableCommander, Command, Redis, RedisOptions } from 'ioredis';
import { encodeReply, ErrorReply, NoReply, type EmbeddedEngine, type Reply } from '../../../engine';
import { ENGINE_WAYS, type EngineWays } from '../engine-ways';
import { engineWays } from './engine-ways';
import { type Connector as ConnectorClass, connectorFor, isEngineConnector } from './connector';
import { deliverLater, mayDeliverNow, nextPlace } from './delivery';
import {
  type ClientInternals,
  type CommandInternals,
  directLink,
  leaveToParser,
  type PipelineStream,
  toBytes,
  toByteString,
} from './direct-link';
import { holdReply } from './held-reply';
import { execItemsAsText, fill, makeLean, pipelineOf, twinOf, unlean, type PipelineInternals } from './lean-pipeline';
import type { MemoryStream } from './memory-stream';
import { FOR_PARSER, isPlain, toClientValue, type ClientValue, type ReplyForm } from './reply-to-client';

/** How many commands of a process went which way; the benchmark reports it. */
export const pathCounters = { direct: 0, stream: 0 };

/** What an ioredis client may be made from: a port, a host, a URL or path, options, in ioredis' combinations. */
export type ClientArguments = readonly (RedisOptions | string | number | null | undefined)[];

/** A class of ioredis clients. */
export type RedisConstructor = new (...args: ClientArguments) => Redis;

/** What `defineInProcessRedis` needs of an ioredis module, 5 or 6. */
export interface IoredisModule {
  readonly Redis: RedisConstructor;
  readonly ReplyError: new (message: string) => Error;
  readonly Command: new (name: string, args: (string | Buffer)[], options: { replyEncoding: null }) => Command;
}

/**
 * Makes an ioredis class whose clients live on an engine in this process. Everything is ioredis' own but one method:
 * a command that can be answered at once is handed to the engine directly instead of being written as bytes.
 */
export function defineInProcessRedis(
  ioredis: IoredisModule,
  engine: (options: RedisOptions) => EmbeddedEngine | undefined,
): RedisConstructor {
  const { ReplyError } = ioredis;
  const Connector = connectorFor(engine);

  class InProcessRedis extends ioredis.Redis {
    [ANNOUNCED]: unknown;

    constructor(...args: ClientArguments) {
      super(...inProcess(args, Connector));
    }

    override duplicate(override?: Partial<RedisOptions>): Redis {
      return new InProcessRedis({ ...this.options, ...override });
    }

    override pipeline(commands?: unknown[][]): ChainableCommander {
      const pipeline = makeLean(twinOf(super.pipeline()), ownSendCommand(InProcessRedis));
      return commands === undefined ? pipeline : addBatch(pipeline, commands);
    }

    // ioredis' overloads: (options), (commands, options); `pipeline: false` makes it a plain command.
    override multi(...args: unknown[]): never {
      const [commands, options] = Array.isArray(args[0]) ? [args[0] as unknown[][], args[1]] : [undefined, args[0]];
      const made = (super.multi as (options: unknown) => ChainableCommander).call(this, options);
      const lean = makeLean(made, ownSendCommand(InProcessRedis));
      return (commands === undefined ? lean : addBatch(lean, commands)) as never; // whichever the overload promises
    }

    override sendCommand(command: Command, stream?: PipelineStream): unknown {
      const link = directLink(this, this[ANNOUNCED], command);
      if (link === undefined) {
        unlean(command);
        pathCounters.stream += 1;
        return super.sendCommand(command, stream as never); // ioredis' own argument, handed on
      }
      pathCounters.direct += 1;
      // A pipeline counts what is written and flushes when all is; this command leaves nothing to write.
      if (stream?.isPipeline === true) stream.write('');
      runDirect(this, link, command as unknown as CommandInternals, stream, ReplyError);
      return command.promise;
    }

    [ENGINE_WAYS](): EngineWays | undefined {
      // What stands in its place wants to see the commands.
      if (this.sendCommand !== ownSendCommand(InProcessRedis)) return undefined;
      return engineWays(this, this[ANNOUNCED], ioredis);
    }
  }
  noteAnnouncements(InProcessRedis.prototype);
  return InProcessRedis;
}

/** What a client calls unless something stands in for it: only compared. */
function ownSendCommand({ prototype }: { readonly prototype: { readonly sendCommand: unknown } }): unknown {
  return prototype.sendCommand;
}

/** The connection of a client whose `ready` everybody has heard: only then replies may come before the next turn. */
const ANNOUNCED = Symbol('announced');

interface Announcing {
  [ANNOUNCED]: unknown;
  readonly stream?: unknown;
  /** ioredis' own, private in its types: it emits the status in the next tick. */
  setStatus: (this: Announcing, status: string, argument?: unknown) => void;
}

function noteAnnouncements(prototype: object): void {
  const { setStatus } = prototype as Announcing;
  const noting: Announcing['setStatus'] = function (this: Announcing, status, argument) {
    setStatus.call(this, status, argument);
    if (status !== 'ready') return;
    process.nextTick(() => {
      this[ANNOUNCED] = this.stream;
    });
  };
  Object.defineProperty(prototype, 'setStatus', { value: noting, writable: true, configurable: true });
}

/** The arguments of a client, with our options among them. */
function inProcess(args: ClientArguments, Connector: ConnectorClass): ClientArguments {
  const present = args.filter((arg) => arg !== undefined && arg !== null); // ioredis skips them and looks at three
  const given = present.find((arg) => typeof arg === 'object');
  const options = {
    ...given,
    Connector: connectorOf(given?.Connector, Connector),
    // Auto-pipelining gathers commands to save round trips; here there are none, and it costs a factor of three.
    enableAutoPipelining: false,
  };
  return [...present.filter((arg) => arg !== given), options];
}

/** Whichever was given leads to a server, unless it is one of ours; what is no class is refused by ioredis. */
function connectorOf(given: RedisOptions['Connector'], ours: ConnectorClass): ConnectorClass {
  if (isEngineConnector(given)) return given;
  return Boolean(given) && typeof given !== 'function' ? (given as unknown as ConnectorClass) : ours;
}

function addBatch(pipeline: ChainableCommander, commands: unknown[][]): ChainableCommander {
  return (pipeline as unknown as { addBatch(commands: unknown[][]): ChainableCommander }).addBatch(commands); // untyped in 5.11
}

function runDirect(
  client: Redis,
  link: MemoryStream,
  command: CommandInternals,
  stream: PipelineStream | undefined,
  ReplyError: new (message: string) => Error,
): void {
  const internals = client as unknown as ClientInternals; // see ClientInternals
  command.setReplyContext?.(internals.condition ?? client.options);
  const { session } = link;
  // A defined script decides between EVALSHA and EVAL when it is written to a socket: let it decide now.
  if (command.name === 'evalsha' && !session.knowsScript(String(command.args[0]))) command.toWritable(link);
  const place = nextPlace();
  const { gate } = link;
  const gatePlace = gate.place;
  const reply = session.execute(toByteString(command.name), toBytes(command.args));
  const pipeline = pipelineOf(command);
  const form: ReplyForm = {
    text: command.replyEncoding === 'utf8',
    stringNumbers: client.options.stringNumbers === true,
    ReplyError,
  };
  if (gate.closed) {
    if (reply instanceof NoReply) leaveToParser(client, command, stream);
    else holdReply(client, link, { command, stream, reply, form, place: gatePlace });
    keepTime(client, command);
    return;
  }
  const mapped = reply instanceof NoReply || (session.resp === 3 && !isPlain(reply));
  const value = mapped ? FOR_PARSER : convert(command, pipeline, reply, form);
  if (value === FOR_PARSER) {
    leaveToParser(client, command, stream);
    if (!(reply instanceof NoReply)) link.deliver(encodeReply(reply, session.resp), place);
    return;
  }
  const failed = reply instanceof ErrorReply;
  // Results of a pipeline are only stored; the last one delivers them all.
  if ((pipeline !== undefined && pipeline.replyPending > 1) || mayDeliverNow(place, session.lastInteraction))
    settle(command, pipeline, value, failed);
  else
    deliverLater(() => {
      settle(command, pipeline, value, failed);
    }, place);
}

/** The reply takes its time: as long as one of a server may. */
function keepTime(client: Redis, command: CommandInternals): void {
  const { commandTimeout, socketTimeout } = client.options;
  if (typeof commandTimeout === 'number') command.setTimeout(commandTimeout);
  const internals = client as unknown as ClientInternals; // see ClientInternals
  if (socketTimeout !== undefined && internals.socketTimeoutTimer === undefined) internals.setSocketTimeout();
}

/** Converts a reply; EXEC's in a pipeline item by item, since the queued commands decide what they want. */
function convert(
  command: CommandInternals,
  pipeline: PipelineInternals | undefined,
  reply: Reply,
  form: ReplyForm,
): ClientValue | typeof FOR_PARSER {
  if (pipeline === undefined || command.name !== 'exec' || !Array.isArray(reply)) return toClientValue(reply, form);
  const replies = reply as readonly Reply[];
  const asText = execItemsAsText(pipeline, command, replies.length);
  const values: ClientValue[] = [];
  for (let i = 0; i < replies.length; i++) {
    const value = toClientValue(replies[i] ?? null, { ...form, text: asText(i) });
    if (value === FOR_PARSER) return FOR_PARSER;
    values.push(value);
  }
  return values;
}

function settle(
  command: CommandInternals,
  pipeline: PipelineInternals | undefined,
  value: ClientValue,
  failed: boolean,
): void {
  // An error reply was converted to an error.
  if (failed) Object.assign(value as Error, { command: { name: command.name, args: command.args } });
  if (pipeline !== undefined) fill(pipeline, command, value, failed);
  else if (failed) command.reject(value as Error);
  else command.resolve(value);
}
