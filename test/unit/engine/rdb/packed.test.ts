import * as packed from '../../../../src/engine/rdb/packed';
import { crc64 } from '../../../../src/engine/rdb/crc64';
import { RdbFormatError } from '../../../../src/engine/rdb/rdb-primitives';

const bytes = (...values: number[]) => String.fromCharCode(...values);

const ofText = (read: (bytes: Buffer) => string[]) => (text: string) => read(Buffer.from(text, 'latin1'));
const intsetMembers = ofText(packed.intsetMembers);
const listpackElements = ofText(packed.listpackElements);
const ziplistElements = ofText(packed.ziplistElements);
const zipmapParts = ofText(packed.zipmapParts);

describe('crc64', () => {
  it('gives the published check value of the Jones polynomial', () => {
    expect(crc64(Buffer.from('123456789'))).toBe(0xe9c6d914c4b8d9can);
    expect(crc64(Buffer.alloc(0))).toBe(0n);
  });
});

const uint32 = (value: number) => bytes(value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, value >>> 24);

/** A ziplist of encoded elements, with the header they need. */
function ziplist(...elements: string[]): string {
  const body = elements.join('');
  const last = 10 + body.length - (elements.at(-1)?.length ?? 0);
  return `${uint32(10 + body.length + 1)}${uint32(last)}${bytes(elements.length, 0)}${body}${bytes(0xff)}`;
}

const ZIPLIST = [
  `${bytes(0, 0x02)}ab`,
  bytes(4, 0xf3),
  bytes(2, 0xfe, 0x80),
  bytes(3, 0xc0, 0x2c, 0x01),
  bytes(4, 0xd0, 0xff, 0xff, 0xff, 0xff),
];

describe('encodings that no Redis 7.0 writes any more', () => {
  it('reads a ziplist', () => {
    expect(ziplistElements(ziplist(...ZIPLIST))).toEqual(['ab', '2', '-128', '300', '-1']);
  });

  it('reads ziplist strings with long lengths', () => {
    const long = 'x'.repeat(300);
    expect(
      ziplistElements(ziplist(`${bytes(0, 0x41, 0x2c)}${long}`, `${bytes(0xfe, 0x2f, 1, 0, 0, 0x80, 0, 0, 0, 1)}y`)),
    ).toEqual([long, 'y']);
  });

  it('reads a zipmap with unused bytes', () => {
    expect(zipmapParts(bytes(2, 3) + 'foo' + bytes(3, 2) + 'bar' + bytes(0, 0, 1) + 'a' + bytes(0, 0, 0xff))).toEqual([
      'foo',
      'bar',
      'a',
      '',
    ]);
  });

  it('refuses what a header, or a length in front of or behind an element, tells wrong', () => {
    const intact = ziplist(...ZIPLIST);
    for (const at of [0, 4, 8, 14]) {
      const broken = intact.slice(0, at) + String.fromCharCode(intact.charCodeAt(at) ^ 1) + intact.slice(at + 1);
      expect(() => ziplistElements(broken)).toThrow(RdbFormatError);
    }
    const listpack = `${uint32(10)}${bytes(1, 0, 0x81)}a${bytes(2, 0xff)}`;
    expect(listpackElements(listpack)).toEqual(['a']);
    for (const at of [0, 4, 8]) {
      const broken = listpack.slice(0, at) + String.fromCharCode(listpack.charCodeAt(at) ^ 3) + listpack.slice(at + 1);
      expect(() => listpackElements(broken)).toThrow(RdbFormatError);
    }
    expect(() => intsetMembers(bytes(2, 0, 0, 0, 2, 0, 0, 0, 5, 0, 5, 0))).toThrow(RdbFormatError);
    expect(() => zipmapParts(`${bytes(2, 1)}a${bytes(1, 0)}b${bytes(0xff)}`)).toThrow(RdbFormatError);
  });

  it('refuses data that ends too early', () => {
    expect(() => listpackElements(bytes(0, 0, 0, 0, 1, 0, 0x83) + 'a')).toThrow(RdbFormatError);
    expect(() => ziplistElements(bytes(0, 0))).toThrow(RdbFormatError);
    expect(() => intsetMembers(bytes(3, 0, 0, 0, 1, 0, 0, 0))).toThrow(RdbFormatError);
    expect(() => intsetMembers(bytes(4, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0))).toThrow(RdbFormatError);
    expect(() => zipmapParts(bytes(1, 9) + 'foo')).toThrow(RdbFormatError);
  });
});
