import { channel } from 'node:diagnostics_channel';
import type { Command, Redis } from 'ioredis';
import { needsConnection } from '../../../engine';
import { unlean } from './lean-pipeline';
import { MemoryStream } from './memory-stream';

/** ioredis traces commands on this channel; while somebody listens, every command goes ioredis' own way. */
const tracing = channel('tracing:ioredis:command:start');

/** The parts of an ioredis client we touch that its types do not show. Equal in 5.3, 5.11 and 6.0; contract-tested on all. */
export interface ClientInternals {
  readonly stream?: unknown;
  readonly commandQueue: {
    readonly length: number;
    push(item: { command: unknown; stream: unknown; select: number }): void;
    peekFront(): { readonly command: unknown } | undefined;
    shift(): unknown;
  };
  readonly offlineQueue: { readonly length: number };
  readonly condition?: { readonly subscriber: unknown; readonly select: number };
  readonly socketTimeoutTimer?: unknown;
  setSocketTimeout(): void;
}

/** The same for a command. */
export interface CommandInternals {
  readonly name: string;
  readonly replyEncoding: string | null;
  readonly args: readonly (string | Buffer)[];
  resolve(value: unknown): void;
  reject(error: Error): void;
  toWritable(socket: unknown): unknown;
  setTimeout(milliseconds: number): void;
  setReplyContext?(context: unknown): void;
}

/** What a command of a pipeline is written to. */
export interface PipelineStream {
  readonly isPipeline?: boolean;
  write(bytes: string): void;
}

/** The client's stream when this command may bypass it; order is what every condition protects. */
export function directLink(client: Redis, stream: unknown, command: Pick<Command, 'name'>): MemoryStream | undefined {
  if (client.status !== 'ready') return undefined;
  const internals = client as unknown as ClientInternals; // see ClientInternals
  if (!(stream instanceof MemoryStream) || stream !== internals.stream || !stream.writable) return undefined;
  // Behind commands whose replies are held as values it stays in order: its own will be held, too.
  if (internals.commandQueue.length > stream.heldValues || internals.offlineQueue.length > 0) return undefined;
  if (needsConnection(command.name)) return undefined;
  if (Boolean(internals.condition?.subscriber) || tracing.hasSubscribers) return undefined;
  if (client.options.reconnectOnError !== null && client.options.reconnectOnError !== undefined) return undefined;
  const { session } = stream;
  if (session.closed) return undefined;
  return session.blocked === undefined && session.replyMode === 'on' && !session.monitoring ? stream : undefined;
}

/** ioredis' parser knows how to map the reply, and when the command's turn is: it will see bytes. */
export function leaveToParser(client: Redis, command: CommandInternals, stream: PipelineStream | undefined): void {
  const { commandQueue, condition } = client as unknown as ClientInternals; // see ClientInternals
  unlean(command);
  commandQueue.push({ command, stream, select: condition?.select ?? 0 });
}

/** ioredis' arguments as the engine's strings: one character per byte. ASCII, the common case, is free. */
export function toBytes(args: readonly (string | Buffer)[]): string[] {
  const bytes = new Array<string>(args.length);
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    bytes[i] = typeof arg === 'string' ? toByteString(arg) : arg.latin1Slice();
  }
  return bytes;
}

/** Text as the engine's strings. */
export function toByteString(text: string): string {
  return Buffer.byteLength(text) === text.length ? text : Buffer.from(text).latin1Slice();
}
