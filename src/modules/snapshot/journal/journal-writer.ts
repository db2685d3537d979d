import type { FileLayer } from './file-layer';
import { FrameSealer } from './sealed-frames';
import { JournalFile, journalPath, type JournalPlace } from './journal-file';
import type { JournalRequest, JournalResponse, JournalThreadData } from './protocol';

/** What the journal's thread does with what it is sent. */
export class JournalWriter {
  #file: JournalFile | undefined;
  #syncsAlways: boolean;
  #sequence = 0;
  #appended = false;

  constructor(
    private readonly files: FileLayer,
    private readonly settings: JournalThreadData,
    private readonly answer: (response: JournalResponse) => void,
  ) {
    this.#syncsAlways = settings.syncsAlways;
  }

  /** Takes one request. @throws errors of the system; the file takes nothing more then */
  take(request: JournalRequest): void {
    switch (request.type) {
      case 'begin':
        this.finishGroup();
        this.#begin(request);
        return;
      case 'append':
        if (this.#file === undefined) throw new Error('a frame without a file');
        this.#file.append(Buffer.from(request.frame.buffer));
        this.#sequence = request.sequence;
        this.#appended = true;
        return;
      case 'policy':
        this.finishGroup();
        this.#syncsAlways = request.syncsAlways;
        return;
      case 'sync':
        this.finishGroup();
        this.#file?.sync();
        this.answer({ type: 'synced', sequence: this.#sequence });
        return;
      case 'close':
        this.finishGroup();
        this.#file?.close();
        this.#file = undefined;
        this.answer({ type: 'closed' });
    }
  }

  /** What was appended since the last group is one: it is synced at once (`always`) and reported. */
  finishGroup(): void {
    if (!this.#appended) return;
    this.#appended = false;
    if (this.#syncsAlways) this.#file?.sync();
    const length = this.#file?.length ?? 0;
    this.answer({ type: 'done', sequence: this.#sequence, length, synced: this.#syncsAlways });
  }

  /** Before the next file takes its first frame the one before it is whole. */
  #begin({ number, isProvisional }: JournalPlace): void {
    const { directory, datasetId, ahead, encryptionKey } = this.settings;
    this.#file?.close();
    const sealer = encryptionKey && new FrameSealer(encryptionKey, datasetId, number);
    const path = journalPath(directory, number, isProvisional);
    this.#file = JournalFile.create(this.files, path, { number, datasetId }, { ahead, sealer });
    this.answer({ type: 'begun', number });
  }
}
