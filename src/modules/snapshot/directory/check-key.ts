import { RespiteError } from '../../../errors';
import { isKeyOf } from '../encryption/encryption-key';
import type { Marker } from './marker';

/**
 * That a directory can be read with the key there is, or without one.
 * @throws RespiteError `ENCRYPTION_KEY_MISSING`, `ENCRYPTION_KEY_WRONG`, `ENCRYPTION_KEY_UNUSED`; nothing was changed
 */
export function checkKey(path: string, marker: Marker, key: Uint8Array | undefined): void {
  const { encryption, keyCheck, datasetId } = marker;
  if (encryption === 'none') {
    if (key !== undefined) throw unused(path);
    return;
  }
  if (key === undefined) {
    throw new RespiteError('ENCRYPTION_KEY_MISSING', {
      message:
        `The data in ${path} is encrypted (${encryption}) and there is no key. Set redis.standalone.persistence.encryption_key ` +
        'or encryption_key_file to the key it was written with.',
    });
  }
  if (keyCheck === undefined || isKeyOf(keyCheck, key, datasetId)) return;
  throw new RespiteError('ENCRYPTION_KEY_WRONG', {
    message:
      `The data in ${path} is encrypted with another key. Set redis.standalone.persistence.encryption_key or ` +
      'encryption_key_file to the key it was written with; without it the data cannot be read.',
  });
}

function unused(path: string): RespiteError {
  return new RespiteError('ENCRYPTION_KEY_UNUSED', {
    message:
      `There is an encryption key, but the data in ${path} is not encrypted. Encrypt it with "respite snapshot --full ` +
      '--new-key-file FILE" while no process uses it, or remove redis.standalone.persistence.encryption_key.',
  });
}
