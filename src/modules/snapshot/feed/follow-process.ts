import type { IncomingMessage } from 'node:http';
import { type Clock, type EmbeddedEngine, openEngine } from '../../../engine';
import type { SnapshotSource } from '../../../engine/snapshot/source';
import { asError, RespiteError } from '../../../errors';
import { askForChanges, askForPosition } from '../control/ask';
import { FeedFrame, type FeedHeader, FeedReader, type ReadFeedFrame } from './feed-format';

/** Who hears of what changes in a process that is followed. */
export interface ChangeListener {
  /** What changed, as commands in RESP. */
  changed(bytes: Buffer): void;
  /** Nothing more comes. @param error undefined when the process has ended, and everything was told */
  ended(error: Error | undefined): void;
}

/** A process that is followed. */
export interface FollowedProcess {
  /** Its data as it was when it began to tell what changes; time stands still in it. */
  readonly image: EmbeddedEngine;
  /** Keys in it. */
  readonly keys: number;
  /** How many bytes of changes there are up to now. */
  position(): Promise<number>;
  /** The image is needed no more. */
  forgetImage(): void;
  close(): void;
}

/**
 * Follows the data of a running process.
 * @param control path of its control socket
 * @throws RespiteError of that process, with its code; `MIGRATION_CONNECTION_LOST`; errors of the system when it does not answer
 */
export async function followProcess(control: string, listener: ChangeListener): Promise<FollowedProcess> {
  const response = await askForChanges(control);
  try {
    const { image, header } = await loadImage(response, listener);
    return {
      image,
      keys: header.keys,
      position: () => askForPosition(control, header.id),
      forgetImage: () => {
        image.flush();
        image.close();
      },
      close: () => {
        response.destroy();
        image.close();
      },
    };
  } catch (error) {
    response.destroy();
    throw error;
  }
}

function loadImage(response: IncomingMessage, listener: ChangeListener) {
  return new Promise<{ image: EmbeddedEngine; header: FeedHeader }>((resolve, reject) => {
    const reader = new FeedReader();
    const loading = new Loading();
    let last = false;
    const take = ({ type, body }: ReadFeedFrame): void => {
      if (type === FeedFrame.changes) listener.changed(body);
      else if (type === FeedFrame.end || type === FeedFrame.dropped) {
        last = true;
        listener.ended(type === FeedFrame.end ? undefined : tooSlow());
      } else if (type !== FeedFrame.complete) loading.take(type, body);
      else resolve(loading.finish());
    };
    response.on('data', (piece: Buffer) => {
      try {
        for (const frame of reader.take(piece)) take(frame);
      } catch (error) {
        response.destroy(asError(error));
      }
    });
    response.on('error', () => undefined); // said when it closes
    response.once('close', () => {
      const error = last ? new Error('it ended') : lost(response.errored);
      reject(error); // means nothing once the image is there
      if (!last) listener.ended(error);
    });
  });
}

/** Puts an image together. */
class Loading {
  #header: FeedHeader | undefined;
  #image: { readonly engine: EmbeddedEngine; readonly source: SnapshotSource } | undefined;

  take(type: number, body: Buffer): void {
    if (type === FeedFrame.header) {
      const header = JSON.parse(body.toString()) as FeedHeader; // by feed-format.ts, which both sides share
      this.#header = header;
      // Of the newest version: it takes whatever there is at the source.
      const engine = openEngine({
        version: '8.0',
        databases: Math.max(1, header.layout.datasets.length),
        clock: still(header.time),
      });
      this.#image = { engine, source: engine.snapshots };
      engine.snapshots.beginRestore();
    } else if (type === FeedFrame.records && this.#image !== undefined) {
      // As of the beginning of time: nothing has expired.
      this.#image.source.importBatch(body, 0);
    } else throw new Error(`a part of type ${String(type)} is not known`);
  }

  finish(): { image: EmbeddedEngine; header: FeedHeader } {
    if (this.#image === undefined || this.#header === undefined) throw new Error('the data has no beginning');
    this.#image.source.finishRestore(this.#header.layout);
    return { image: this.#image.engine, header: this.#header };
  }
}

/** A time that stands still: nothing expires in what is copied. */
function still(time: number): Clock {
  return { now: () => time, setTimer: () => undefined, clearTimer: () => undefined };
}

function lost(cause: unknown): RespiteError {
  const why = cause instanceof Error && cause.message !== 'aborted' ? `: ${cause.message}` : '';
  return new RespiteError('MIGRATION_CONNECTION_LOST', {
    message: `The process that uses the data directory ended, or stopped telling what changes${why}. Start the move again, with --replace --prune.`,
    cause,
  });
}

function tooSlow(): RespiteError {
  return new RespiteError('MIGRATION_FELL_BEHIND', {
    message:
      'What changed was not read fast enough, and the process that uses the data directory dropped it. Start the move again, with --replace --prune, when less is written or this machine has less to do.',
  });
}
