import { decodeKey, readKeyFile } from './encryption-key';

/** Where a configuration says what the key is; empty = it does not. */
export interface KeySettings {
  readonly encryption_key: string;
  readonly encryption_key_file: string;
}

/**
 * The key of a configuration.
 * @returns undefined when there is none: the data is not encrypted
 * @throws RespiteError `ENCRYPTION_KEY_INVALID` when its file cannot be read, or holds something else
 */
export function encryptionKeyOf({ encryption_key: key, encryption_key_file: file }: KeySettings): Buffer | undefined {
  if (file !== '') return readKeyFile(file);
  return key === '' ? undefined : decodeKey(key);
}
