import { diskTime } from './disk-time';
import type { FileLayer } from './file-layer';
import { FrameSealer } from './sealed-frames';
import type { JournalHeader } from './frame';
import { type HandedFile, JournalFile, journalPath, type JournalPlace } from './journal-file';
import type { JournalRequest, JournalResponse, JournalThreadData } from './protocol';

/** What the journal's thread does with what it is sent. */
export class JournalWriter {
  #file: JournalFile | undefined;
  /** Of the file that the main thread writes now. */
  #lent: JournalHeader | undefined;
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
      case 'lend':
        this.finishGroup();
        this.#lend();
        return;
      case 'takeBack':
        this.#takeBack(request.file);
        this.#sequence = request.sequence;
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
    const begun = diskTime();
    if (this.#syncsAlways) this.#file?.sync();
    const syncMs = diskTime() - begun;
    const length = this.#file?.length ?? 0;
    this.answer({ type: 'done', sequence: this.#sequence, length, synced: this.#syncsAlways, syncMs });
  }

  #lend(): void {
    if (this.#file === undefined) throw new Error('there is no file to lend');
    this.#lent = this.#file.header;
    const file = this.#file.handOver();
    this.#file = undefined;
    this.answer({ type: 'lent', file });
  }

  #takeBack(file: HandedFile): void {
    if (this.#lent === undefined) throw new Error('a file that was not lent');
    this.#file = JournalFile.resume(this.files, this.#lent, file, this.settings.ahead);
    this.#lent = undefined;
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
