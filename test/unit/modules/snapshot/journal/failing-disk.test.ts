import type { FileLayer } from '../../../../../src/modules/snapshot/journal/file-layer';
import { readJournal } from '../../../../../src/modules/snapshot/journal/frame';
import { JournalWriter } from '../../../../../src/modules/snapshot/journal/journal-writer';
import { frameOf, RecordedFiles } from '../../../../support/recorded-files';

const DATASET = '00000000-0000-4000-8000-000000000000';
const CODES = ['EIO', 'ENOSPC', 'EMFILE', 'EROFS'];

/** Files whose nth call fails, once. */
function failingAt(
  n: number,
  code: string,
): { readonly files: RecordedFiles; readonly layer: FileLayer; readonly calls: () => number } {
  const files = new RecordedFiles();
  let calls = 0;
  const layer = new Proxy(files, {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return (...args: unknown[]): unknown => {
        if (++calls === n) throw Object.assign(new Error(`${code}: ${String(name)}`), { code });
        return method.apply(target, args) as unknown;
      };
    },
  });
  return { files, layer, calls: () => calls };
}

it.each(CODES)('nothing is reported, or written to that file, after any call that failed: %s', (code) => {
  for (let n = 1; ; n++) {
    const { files, layer, calls } = failingAt(n, code);
    let reported = 0;
    const writer = new JournalWriter(
      layer,
      { directory: '/d', datasetId: DATASET, syncsAlways: true, ahead: 4096 },
      (response) => {
        if (response.type === 'done') reported = response.sequence;
      },
    );
    let failed = 0;
    for (let sequence = 0; sequence <= 6; sequence++) {
      try {
        if (sequence === 0) writer.take({ type: 'begin', number: 1, isProvisional: false });
        else {
          writer.take({ type: 'append', frame: frameOf(`frame ${String(sequence)}`, 1, sequence), sequence });
          writer.finishGroup();
        }
      } catch {
        failed += 1;
        expect(reported).toBeLessThan(Math.max(1, sequence));
      }
    }
    // After the first failure everything failed.
    const bytes = files.crash(files.steps.length, () => 1).files.get('/d/journal-1') ?? Buffer.alloc(0);
    expect(readJournal(bytes).frames.length).toBeGreaterThanOrEqual(reported);
    if (failed === 0) {
      expect(reported).toBe(6);
      expect(calls()).toBeLessThan(n);
      return;
    }
    expect(reported + failed).toBe(reported === 0 && failed === 7 ? 7 : 6);
  }
});
