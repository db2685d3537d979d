import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { ALGORITHM, deriveKey } from './encryption-key';

/** Random bytes of which a run of messages has its key. */
export const SALT_BYTES = 16;
/** Bytes by which a message grows: what proves that it is whole. */
export const TAG_BYTES = 16;
const NONCE_BYTES = 12;

/** The messages under one key are numbered; the number is the nonce, which so never comes twice. */
const MOST_MESSAGES = 2 ** 32;

/** Encrypts a run of messages under a key that was never used before and never will be again. */
export class MessageSealer {
  readonly salt: Buffer = randomBytes(SALT_BYTES);
  readonly #key: KeyObject;
  readonly #nonce = Buffer.alloc(NONCE_BYTES);
  #next = 0;

  /** @param purpose what the run belongs to: nobody can pass its messages off as those of another */
  constructor(key: Uint8Array, purpose: string) {
    this.#key = runKey(key, this.salt, purpose);
  }

  /** Number of the next message; the one who reads it must know it. */
  get next(): number {
    return this.#next;
  }

  /**
   * Encrypts `message` into `into` at `at`, followed by its tag: `TAG_BYTES` more than it had.
   * @param about what the message is bound to without being in it
   */
  seal(message: Uint8Array, about: Uint8Array, into: Buffer, at: number): void {
    if (this.#next >= MOST_MESSAGES) throw new RangeError('a key has no numbers left');
    const cipher = createCipheriv(ALGORITHM, this.#key, numbered(this.#nonce, this.#next++));
    cipher.setAAD(about);
    const sealed = cipher.update(message);
    into.set(sealed, at);
    cipher.final();
    into.set(cipher.getAuthTag(), at + sealed.length);
  }
}

/** Decrypts messages of any run of one purpose. */
export class MessageOpener {
  readonly #nonce = Buffer.alloc(NONCE_BYTES);
  #salt: Buffer = Buffer.alloc(0);
  #key: KeyObject | undefined;
  readonly #keys = new Map<string, KeyObject>();

  constructor(
    private readonly key: Uint8Array,
    private readonly purpose: string,
  ) {}

  /** @param sealed with its tag. @returns undefined when it is not what was sealed under this number and about this */
  open(salt: Buffer, number: number, sealed: Buffer, about: Uint8Array): Buffer | undefined {
    if (sealed.length < TAG_BYTES) return undefined;
    const decipher = createDecipheriv(ALGORITHM, this.#keyOf(salt), numbered(this.#nonce, number));
    decipher.setAAD(about);
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    const message = decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES));
    try {
      decipher.final();
    } catch {
      return undefined; // the only thing that it can say
    }
    return message;
  }

  /** Messages of one run mostly follow each other. */
  #keyOf(salt: Buffer): KeyObject {
    if (this.#key !== undefined && salt.equals(this.#salt)) return this.#key;
    const name = salt.latin1Slice();
    let key = this.#keys.get(name);
    if (key === undefined) this.#keys.set(name, (key = runKey(this.key, salt, this.purpose)));
    this.#salt = Buffer.from(salt);
    return (this.#key = key);
  }
}

/** Names that say nothing: whoever has not the key cannot tell what they stand for (HMAC-SHA-256). */
export class NameHider {
  readonly #key: KeyObject;

  constructor(key: Uint8Array, datasetId: string) {
    this.#key = createSecretKey(deriveKey(key, datasetId, 'names'));
  }

  /** @param name latin1 string. @returns 32 bytes as one */
  hide(name: string): string {
    return createHmac('sha256', this.#key).update(name, 'latin1').digest().latin1Slice();
  }
}

function runKey(key: Uint8Array, salt: Uint8Array, purpose: string): KeyObject {
  return createSecretKey(deriveKey(key, salt, purpose));
}

function numbered(nonce: Buffer, number: number): Buffer {
  nonce.writeUInt32BE(number, NONCE_BYTES - 4);
  return nonce;
}
