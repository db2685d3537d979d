import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { copyDataFile } from '../directory/generations';
import {
  READY,
  type SnapshotHeading,
  type WriterRequest,
  type WriterResponse,
  type WriterWorkerData,
} from './protocol';
import { SnapshotTooLargeError, SnapshotWriter } from './writer';
import { messageOf } from '../system-error';

/** The writer's thread: collects the batches of one snapshot, then writes them in one transaction. */
function serve(port: MessagePort, settings: WriterWorkerData): void {
  const writer = new SnapshotWriter(settings);
  let heading: SnapshotHeading | undefined;
  let records = writer.pending();

  const answer = (response: WriterResponse): void => {
    port.postMessage(response);
  };
  /** The thread ends as soon as nothing keeps it. Not `close`: the port of a thread has none in Deno. */
  const end = (): void => {
    port.unref();
  };
  const forget = (): void => {
    heading = undefined;
    records = writer.pending();
  };
  const commit = async (): Promise<void> => {
    try {
      if (heading === undefined) throw new Error('commit without begin');
      answer({ type: 'committed', result: writer.write(heading, records) });
    } catch (error) {
      // A thread that failed ends: LMDB refuses everything after some failures, and lmdb does not give back the memory
      // of an environment that is opened anew. Its successor may come with the answer, so the file is closed before.
      await writer.close();
      answer(
        error instanceof SnapshotTooLargeError
          ? { type: 'failed', message: error.message, code: 'SNAPSHOT_TOO_LARGE' }
          : { type: 'failed', message: `${messageOf(error)} (${freeSpace(settings.path)})` },
      );
      end();
    } finally {
      forget();
    }
  };

  answer({ type: 'ready', signature: READY });
  port.on('message', (request: WriterRequest) => {
    switch (request.type) {
      case 'begin':
        heading = request.heading;
        records = writer.pending();
        return;
      case 'batch':
        records.add(request.batch);
        answer({ type: 'accepted' });
        return;
      case 'commit':
        void commit();
        return;
      case 'copy':
        answer({ type: 'copied', failure: copy(settings.path, request.to) });
        return;
      case 'abort':
        forget();
        return;
      case 'close':
        void writer.close().then(end);
    }
  });
}

/** What fails here is not the writer's failure, which goes on. @returns why there is no copy */
function copy(from: string, to: string): string | undefined {
  try {
    copyDataFile(from, to);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** LMDB calls a full disk an input/output error. */
function freeSpace(path: string): string {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return `${((bavail * bsize) / 2 ** 20).toFixed(1)} MB are free on its disk`;
  } catch (error) {
    return messageOf(error);
  }
}

if (parentPort !== null) {
  // The store that starts this thread is the only one who sets workerData.
  serve(parentPort, workerData as WriterWorkerData);
}
