import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { RespiteError } from '../../../errors';
import type { ChangeFeed, FeedSink } from '../feed/change-feed';
import { gone, roomIn } from './responses';

/** Who makes feeds. */
export interface FeedMaker {
  /** Makes a feed, and tells all of the data by it. @param open called before anything is told */
  feedTo(id: string, sink: FeedSink, open: (feed: ChangeFeed) => void): Promise<void>;
}

/** The feeds by which other processes follow the data of this one. */
export class Feeds {
  readonly #open = new Map<string, ChangeFeed>();

  constructor(private readonly maker: FeedMaker) {}

  /** Tells who asked all of the data, and what changes until he is gone or `close` is called. */
  async send(response: ServerResponse): Promise<void> {
    const id = randomUUID();
    const closed = new Promise<void>((resolve) => response.once('close', resolve));
    try {
      await this.maker.feedTo(id, sinkOf(response), (feed) => this.#open.set(id, feed));
      await closed;
    } finally {
      this.#open.get(id)?.close();
      this.#open.delete(id);
    }
  }

  /** How far a feed is. @throws RespiteError `INPUT_INVALID` */
  position(id: string): { readonly position: number } {
    const feed = this.#open.get(id);
    if (feed !== undefined) return { position: feed.position };
    throw new RespiteError('INPUT_INVALID', { message: `Nobody follows the data under the id ${id} any more.` });
  }

  /** Nothing changes any more: who follows gets what did, and the end. */
  close(): void {
    for (const feed of this.#open.values()) feed.finish();
  }
}

function sinkOf(response: ServerResponse): FeedSink {
  return {
    write(frame) {
      if (response.destroyed) return false;
      if (!response.headersSent)
        response.writeHead(200, { 'content-type': 'application/octet-stream', connection: 'close' });
      return response.write(frame);
    },
    async room() {
      if (!response.destroyed) await roomIn(response);
      if (response.destroyed) throw gone();
    },
    get waiting() {
      return response.writableLength;
    },
    end() {
      response.end();
    },
  };
}
