import { randomBytes } from 'node:crypto';
import { crc32 as zlibCrc32 } from 'node:zlib';
import { crc32 } from '../../../../src/modules/snapshot/store/crc32';

it('is the CRC-32 of zlib, wherever the bytes lie and however many they are', () => {
  const bytes = randomBytes(400);
  for (const start of [0, 1, 150]) {
    for (let end = start; end <= start + 200; end++) {
      const part = bytes.subarray(start, end);
      expect({ bytes: part.toString('hex'), crc: crc32(bytes, start, end) }).toEqual({
        bytes: part.toString('hex'),
        crc: zlibCrc32(part),
      });
    }
  }
});
