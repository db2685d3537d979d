import { FRAME_BYTES, frameSize } from '../../../../../src/modules/snapshot/journal/frame';
import { FrameText } from '../../../../../src/modules/snapshot/journal/frame-text';

const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString('latin1');

function resp(line: readonly string[]): string {
  return [`*${String(line.length)}`, ...line.flatMap((word) => [`$${String(word.length)}`, word]), ''].join('\r\n');
}

describe('the text of a frame', () => {
  it.each([
    ['words of every length up to a hundred', Array.from({ length: 100 }, (_, i) => ['set', 'k'.repeat(i), ''])],
    ['every byte, in short words and in long ones', [[EVERY_BYTE], ...EVERY_BYTE.split('').map((byte) => ['a', byte])]],
    ['many words', [Array.from({ length: 30_000 }, (_, i) => String(i))]],
    ['a word of 3 MB between short ones', [['a'], ['set', 'k', 'x'.repeat(3_000_000)], ['b']]],
  ])('is what RESP says: %s', (_, lines: readonly (readonly string[])[]) => {
    const text = new FrameText();
    for (let turn = 0; turn < 2; turn++) {
      expect(text.isEmpty).toBe(true);
      for (const line of lines) text.add(line);
      expect(text.isEmpty).toBe(false);
      const expected = lines.map(resp).join('');
      const { frame, payload } = text.take(16);
      expect(payload).toBe(expected.length + 16);
      expect(frame).toHaveLength(frameSize(payload));
      expect(frame.toString('latin1', FRAME_BYTES, FRAME_BYTES + expected.length) === expected).toBe(true);
    }
  });

  it('begins anew once it is cleared', () => {
    const text = new FrameText();
    text.add(['set', 'a', '1']);
    text.clear();
    text.add(['ping']);
    expect(text.take(0).frame.toString('latin1', FRAME_BYTES)).toContain('*1\r\n$4\r\nping\r\n');
  });
});
