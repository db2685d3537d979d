/** Longer lines cannot be made a string of. */
const LONGEST_LINE = 512 * 1024 * 1024;
const NEWLINE = 10;

/** The lines of a text, without what ends them; undefined in the place of one that is too long, and then no more. */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer | undefined, void, undefined> {
  let begun: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let at = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, at)) {
      const rest = bytes.subarray(at, end);
      yield begun.length === 0 ? rest : Buffer.concat([...begun, rest]);
      begun = [];
      length = 0;
      at = end + 1;
    }
    begun.push(bytes.subarray(at));
    length += bytes.length - at;
    if (length <= LONGEST_LINE) continue;
    yield undefined;
    return;
  }
  if (length > 0) yield Buffer.concat(begun);
}
