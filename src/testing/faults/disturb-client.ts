import type { Cluster, Command, Redis } from 'ioredis';
import { actualIoredis } from '../../redis-engine';
import { unlean } from '../../modules/cache/standalone/lean-pipeline';
import type { FaultEffect } from './fault';

/** What a pipeline gives its commands to write to. */
interface PipelineStream {
  readonly isPipeline?: boolean;
  write(bytes: string): void;
}

type Send = (command: Command, stream?: PipelineStream) => unknown;

/** Lets a client disturb its own commands before they leave. @returns what undoes it */
export function disturbClient(client: Redis | Cluster, next: (command: string) => FaultEffect | undefined): () => void {
  const target = client as unknown as { sendCommand: Send };
  const original = target.sendCommand;
  const send: Send = (command, stream) => original.call(client, command, stream);
  /** While a command is late, those after it wait. */
  let queue: (() => void)[] | undefined;

  const late = (run: () => void, ms: number): void => {
    queue = [];
    setTimeout(() => {
      const waiting = queue ?? [];
      queue = undefined;
      run();
      // One of them may be late in its turn: then the rest queues up behind it.
      for (const each of waiting) each();
    }, ms);
  };

  const disturbed: Send = (command, stream) => {
    if (queue !== undefined) {
      queue.push(() => void disturbed(command, stream));
      return command.promise;
    }
    const effect = next(command.name);
    if (effect === undefined) return send(command, stream);
    if (effect.kind === 'fail') fail(command, stream, effect.text);
    else if (effect.kind === 'delay') late(() => void send(command, stream), effect.ms);
    else {
      if (effect.runs) void send(command, stream);
      client.disconnect(true);
      if (!effect.runs) void send(command, stream);
    }
    return command.promise;
  };
  target.sendCommand = disturbed;
  return () => {
    target.sendCommand = original;
  };
}

function fail(command: Command, stream: PipelineStream | undefined, text: string): void {
  const ReplyError = actualIoredis().ReplyError as new (message: string) => Error; // untyped in ioredis
  const { name, args } = command;
  // A pipeline counts what is written and flushes when all is; this command leaves nothing to write.
  if (stream?.isPipeline === true) stream.write('');
  unlean(command); // its pipeline listens to its promise
  command.reject(Object.assign(new ReplyError(text), { command: { name, args } }));
}
