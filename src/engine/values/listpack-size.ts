import { parseInt64 } from './int64';

/** Bytes of an empty listpack: total length, element count, end mark. */
export const LISTPACK_OVERHEAD = 7;

/** Bytes an integer takes as a listpack element, its back length included. */
export function integerElementSize(value: number | bigint): number {
  if (value >= 0 && value <= 127) return 2;
  if (value >= -4096 && value <= 4095) return 3;
  if (value >= -32_768 && value <= 32_767) return 4;
  if (value >= -8_388_608 && value <= 8_388_607) return 5;
  if (value >= -2_147_483_648 && value <= 2_147_483_647) return 6;
  return 10;
}

/** Bytes a string takes as a listpack element; one that is the text of an integer is stored as such. */
export function stringElementSize(text: string): number {
  const { length } = text;
  const number = length <= 20 ? parseInt64(text) : undefined;
  if (number !== undefined) return integerElementSize(number);
  const size = length + (length < 64 ? 1 : length < 4096 ? 2 : 5);
  return size + backLengthSize(size);
}

/** Bytes needed to write an element's length behind it, seven bits in each. */
export function backLengthSize(length: number): number {
  if (length < 128) return 1;
  if (length < 16_384) return 2;
  if (length < 2_097_152) return 3;
  return length < 268_435_456 ? 4 : 5;
}
