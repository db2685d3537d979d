import {
  type PackedRecord,
  RecordBatchReader,
  RecordBatchWriter,
  RecordKind,
} from '../../../../src/engine/snapshot/record-batch';
import {
  DamagedRecordError,
  datasetPrefixes,
  encodeRecord,
  lmdbKey,
  LONGEST_PLAIN_KEY,
  relayRecord,
  type StoredEntry,
} from '../../../../src/modules/snapshot/store/record-format';
import { start } from '../../../support/kept-engine';
import { removeTemporaryPaths, temporaryPath } from '../../../support/temporary-path';

afterAll(removeTemporaryPaths);

function stored(key: string, value = 'value', dataset = 7): StoredEntry {
  const record: PackedRecord = { kind: RecordKind.whole, dataset, expireAt: 123, key, value: Buffer.from(value) };
  return encodeRecord(lmdbKey(datasetPrefixes(dataset).records, key), record);
}

function relayed(entry: StoredEntry): PackedRecord {
  const batch = new RecordBatchWriter();
  relayRecord(entry, batch);
  const reader = new RecordBatchReader(batch.finish());
  expect(reader.next()).toBe(true);
  const { kind, dataset, expireAt, key, value } = reader;
  expect(reader.next()).toBe(false);
  return { kind, dataset, expireAt, key, value };
}

function refusalOf(entry: StoredEntry): unknown {
  try {
    relayRecord(entry, new RecordBatchWriter());
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('a stored record', () => {
  it.each([
    ['empty', ''],
    ['binary', '\0\xff\x01'],
    ['the longest plain one', 'k'.repeat(LONGEST_PLAIN_KEY)],
    ['one byte more', 'k'.repeat(LONGEST_PLAIN_KEY + 1)],
    ['long', '\xe9'.repeat(100_000)],
  ])('comes back with its key: %s', (_what, key) => {
    const entry = stored(key);
    expect(entry.valueAt).toBeLessThanOrEqual(1_978);
    expect(relayed(entry)).toEqual({
      kind: RecordKind.whole,
      dataset: 7,
      expireAt: 123,
      key,
      value: Buffer.from('value'),
    });
  });

  it('is refused after a change of any single bit, of its value or of its key', () => {
    for (const key of ['key', 'k'.repeat(2_000)]) {
      const entry = stored(key);
      const { bytes } = entry;
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(refusalOf(entry)).toBeInstanceOf(DamagedRecordError);
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      }
    }
  });
});

it('keeps long keys apart, changes and deletes them', async () => {
  const path = await temporaryPath();
  const long = (end: string): string => 'k'.repeat(100_000) + end;
  const before = await start(path);
  for (const end of ['1', '2', '3']) before.run('SET', long(end), end);
  await expect(before.manager.snapshotNow()).resolves.toMatchObject({ keys: 3 });
  before.run('DEL', long('2'));
  before.run('SET', long('3'), 'changed');
  await expect(before.manager.snapshotNow()).resolves.toMatchObject({ written: 2, keys: 2 });
  await before.manager.stop();

  const after = await start(path);
  expect([after.run('GET', long('1')), after.run('GET', long('2')), after.run('GET', long('3'))]).toEqual([
    '1',
    null,
    'changed',
  ]);
  await after.manager.stop();
});
