import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { messageOf } from '../system-error';
import { systemFiles } from './file-layer';
import { JournalWriter } from './journal-writer';
import { type JournalRequest, type JournalThreadData, READY } from './protocol';

/** The journal's thread: writes and syncs, so that the main thread never waits for the disk. */
function serve(port: MessagePort, settings: JournalThreadData): void {
  const writer = new JournalWriter(systemFiles, settings, (response) => {
    port.postMessage(response);
    if (response.type === 'closed') port.unref();
  });
  port.postMessage({ type: 'ready', signature: READY });
  port.on('message', (request: JournalRequest) => {
    try {
      writer.take(request);
      // Whatever has arrived meanwhile is one group, with one sync.
      for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port))
        writer.take(next.message as JournalRequest); // the main thread's, see protocol.ts
      writer.finishGroup();
    } catch (failure) {
      port.postMessage({ type: 'failed', message: messageOf(failure) });
      // What comes after a failure must not be written: the thread ends.
      port.close();
    }
  });
}

if (parentPort !== null) serve(parentPort, workerData as JournalThreadData); // given by JournalThread
