import { MessageOpener, MessageSealer, TAG_BYTES } from '../encryption/cipher';
import { damaged, type FrameType } from './format';

const purposeOf = (datasetId: string): string => `backup of ${datasetId}`;

/** Encrypts the frames of one backup in their order, each bound to its type and to the header. */
export class BackupSealer {
  readonly #sealer: MessageSealer;
  #header: Buffer = Buffer.alloc(0);

  constructor(key: Uint8Array, datasetId: string) {
    this.#sealer = new MessageSealer(key, purposeOf(datasetId));
  }

  get salt(): Buffer {
    return this.#sealer.salt;
  }

  /** @param header the body of the header's frame */
  bindTo(header: Buffer): void {
    this.#header = header;
  }

  seal(type: FrameType, body: Uint8Array): Buffer {
    const sealed = Buffer.allocUnsafe(body.length + TAG_BYTES);
    this.#sealer.seal(body, aboutOf(type, this.#header), sealed, 0);
    return sealed;
  }
}

/** Undoes `BackupSealer`. */
export class BackupOpener {
  readonly #opener: MessageOpener;
  #next = 0;

  /** @param header the body of the header's frame */
  constructor(
    key: Uint8Array,
    datasetId: string,
    private readonly salt: Buffer,
    private readonly header: Buffer,
  ) {
    this.#opener = new MessageOpener(key, purposeOf(datasetId));
  }

  /** @throws RespiteError `BACKUP_DAMAGED` */
  open(type: number, body: Buffer): Buffer {
    const opened = this.#opener.open(this.salt, this.#next++, body, aboutOf(type, this.header));
    if (opened === undefined) throw damaged('a part was not encrypted with this key, or is another one');
    return opened;
  }
}

function aboutOf(type: number, header: Buffer): Buffer {
  return Buffer.concat([Buffer.from([type]), header]);
}
