import { RdbWriter } from '../../src/engine/rdb/rdb-primitives';

const uint32 = (value: number) => Buffer.from([value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, value >>> 24]);

/** A ziplist of short texts. */
export function ziplist(...texts: string[]): Buffer {
  let previous = 0;
  let last = 10;
  let length = 10;
  const elements = texts.map((text) => {
    const element = Buffer.concat([Buffer.from([previous, text.length]), Buffer.from(text, 'latin1')]);
    last = length;
    previous = element.length;
    length += element.length;
    return element;
  });
  const head = Buffer.concat([uint32(length + 1), uint32(last), Buffer.from([texts.length, 0])]);
  return Buffer.concat([head, ...elements, Buffer.from([0xff])]);
}

/** A zipmap of short texts, fields and values in turn. */
export function zipmap(...texts: string[]): Buffer {
  const parts = texts.map((text, i) =>
    Buffer.concat([Buffer.from(i % 2 === 0 ? [text.length] : [text.length, 0]), Buffer.from(text, 'latin1')]),
  );
  return Buffer.concat([Buffer.from([texts.length / 2]), ...parts, Buffer.from([0xff])]);
}

/** Puts RDB files together, byte by byte if need be. The checksum is 0: not to be looked at. */
export class RdbFileBuilder {
  readonly writer = new RdbWriter();

  constructor(version = 9) {
    this.writer.latin1(`REDIS${String(version).padStart(4, '0')}`);
  }

  /** A key, and a value that `body` writes after the type byte. */
  key(type: number, key: string, body: (writer: RdbWriter) => void): this {
    this.writer.byte(type);
    this.writer.string(key);
    body(this.writer);
    return this;
  }

  /** As `key`, of a value that is one string. */
  packed(type: number, key: string, bytes: Buffer): this {
    return this.key(type, key, (writer) => {
      writer.packed(bytes);
    });
  }

  bytes(...bytes: number[]): this {
    this.writer.bytes(Buffer.from(bytes));
    return this;
  }

  end(): Buffer {
    this.writer.byte(0xff);
    this.writer.bytes(Buffer.alloc(8));
    return Buffer.from(this.writer.view());
  }
}

/** A file with every encoding that Redis 5 and 6 wrote, and older ones, as they wrote it. */
export function oldFile(): Buffer {
  const file = new RdbFileBuilder(9);
  file.writer.bytes(Buffer.from([0xfa]));
  file.writer.string('redis-ver');
  file.writer.string('5.0.7');
  file.bytes(0xfe, 0, 0xfb, 12, 2);
  file.key(0, 'text', (writer) => {
    writer.string('hello');
  });
  // Seconds, then milliseconds.
  file.bytes(0xfd, 0, 0, 0, 0x7f).key(0, 'in seconds', (writer) => {
    writer.string('12345');
  });
  file.bytes(0xfc, 0, 0, 0, 0, 0xff, 3, 0, 0, 0xf8, 5).key(0, 'in milliseconds, idle', (writer) => {
    writer.string('x');
  });
  file.bytes(0xf9, 7).key(1, 'old list', (writer) => {
    writer.length(2);
    writer.string('a');
    writer.string('1');
  });
  file.key(3, 'zset of text scores', (writer) => {
    writer.length(3);
    for (const [name, score] of [
      ['a', '\x031.5'],
      ['b', '\xfe'],
      ['c', '\xff'],
    ] as const) {
      writer.string(name);
      writer.latin1(score);
    }
  });
  file.packed(9, 'zipmap', zipmap('field', 'value', 'g', ''));
  file.packed(10, 'ziplist', ziplist('a', 'bc'));
  file.packed(11, 'intset', Buffer.concat([uint32(2), uint32(2), Buffer.from([1, 0, 5, 0])]));
  file.packed(12, 'zset ziplist', ziplist('a', '1', 'b', '2.5'));
  file.packed(13, 'hash ziplist', ziplist('f', 'v', 'g', 'w'));
  file.key(14, 'quicklist', (writer) => {
    writer.length(2);
    writer.packed(ziplist('a', 'b'));
    writer.packed(ziplist('c'));
  });
  file.bytes(0xfe, 3);
  file.key(15, 'stream', (writer) => {
    writer.length(1);
    writer.length(16);
    writer.bytes(Buffer.from([0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 1]));
    // One living entry, with the field f; then it: flags, difference of its id, the value, how many parts it had.
    const parts = [1, 1, 0, 1, 1, 1, 0x81, 0x66, 2, 0, 1, 2, 1, 0, 1, 0, 1, 0x81, 0x76, 2, 4, 1];
    writer.packed(Buffer.concat([uint32(6 + parts.length + 1), Buffer.from([10, 0, ...parts, 0xff])]));
    for (const length of [1, 5, 1, 1]) writer.length(length);
    writer.string('group');
    for (const length of [5, 1, 1]) writer.length(length);
    writer.bytes(Buffer.from([0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 1]));
    writer.uint64LE(1_700_000_000_000n);
    writer.length(3);
    writer.length(1);
    writer.string('consumer');
    writer.uint64LE(1_700_000_000_000n);
    writer.length(1);
    writer.bytes(Buffer.from([0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 1]));
  });
  return file.end();
}
