import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { WriterRequest, WriterResponse, WriterWorkerData } from './protocol';
import { type CommitResult, type SnapshotHeading, SnapshotWriter } from './writer';
import { messageOf } from '../system-error';

/** The writer's thread: collects the batches of one snapshot, then writes them in one transaction. */
function serve(port: MessagePort, { path, datasetId, sequence }: WriterWorkerData): void {
  const writer = new SnapshotWriter(path, datasetId, sequence);
  let heading: SnapshotHeading | undefined;
  let batches: Uint8Array[] = [];

  const answer = (response: WriterResponse): void => {
    port.postMessage(response);
  };
  const forget = (): void => {
    heading = undefined;
    batches = [];
  };
  const commit = (): CommitResult => {
    if (heading === undefined) throw new Error('commit without begin');
    return writer.write(heading, batches);
  };

  port.on('message', (request: WriterRequest) => {
    switch (request.type) {
      case 'begin':
        heading = request.heading;
        batches = [];
        return;
      case 'batch':
        batches.push(request.batch);
        answer({ type: 'accepted' });
        return;
      case 'commit':
        try {
          answer({ type: 'committed', result: commit() });
        } catch (error) {
          answer({ type: 'failed', message: messageOf(error) });
        } finally {
          forget();
        }
        return;
      case 'abort':
        forget();
        return;
      case 'close':
        writer.close();
        port.close();
    }
  });
}

if (parentPort !== null) {
  // The store that starts this thread is the only one who sets workerData.
  serve(parentPort, workerData as WriterWorkerData);
}
