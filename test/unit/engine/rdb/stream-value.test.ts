import * as fc from 'fast-check';
import { RdbFormatError, RdbReader, RdbWriter } from '../../../../src/engine/rdb/rdb-primitives';
import { readValue, writeValue } from '../../../../src/engine/rdb/rdb-value';
import { Engine } from '../../../../src/engine/engine';
import { StreamValue } from '../../../../src/engine/values/stream';
import { runs } from '../../../support/slice';

const { limits } = new Engine();

function fullStream(): StreamValue {
  const stream = new StreamValue(limits);
  for (let i = 1; i <= 250; i++)
    stream.add(
      { ms: i * 1000, seq: i % 3 },
      i % 4 === 0 ? ['other', 'x'.repeat(i)] : ['f', String(i), 'g', `v${String(i)}`],
    );
  stream.delete({ ms: 5000, seq: 2 });
  const group = stream.addGroup('g', { ms: 9000, seq: 0 }, undefined);
  for (const name of ['a', 'b']) group.addConsumer(name, 1_700_000_000_000);
  for (let i = 1; i < 10; i++) {
    const consumer = group.consumer(i % 2 === 0 ? 'a' : 'b');
    if (consumer !== undefined) group.deliver({ ms: i * 1000, seq: i % 3 }, consumer, 1_700_000_000_000 + i, i);
  }
  return stream;
}

function encode(stream: StreamValue): Buffer {
  const writer = new RdbWriter();
  writeValue(writer, stream);
  return Buffer.from(writer.view());
}

describe('the RDB encoding of a stream', () => {
  const encoded = encode(fullStream());

  it('comes back as it was', () => {
    const decoded = readValue(new RdbReader(encoded), limits);
    expect(decoded).toBeInstanceOf(StreamValue);
    expect(encode(decoded as StreamValue).equals(encoded)).toBe(true); // its class was checked
  });

  it('is refused or read, never more, when it is damaged', () => {
    fc.assert(
      fc.property(fc.nat(encoded.length - 2), fc.integer({ min: 1, max: 255 }), fc.boolean(), (at, change, cut) => {
        const damaged = Buffer.from(cut ? encoded.subarray(0, at + 1) : encoded);
        damaged[at + (cut ? 0 : 1)] = (damaged[at + (cut ? 0 : 1)] ?? 0) ^ change;
        try {
          readValue(new RdbReader(damaged), limits);
        } catch (failure) {
          if (!(failure instanceof RdbFormatError)) throw failure;
        }
      }),
      { numRuns: runs(500) },
    );
  });
});
