import { crc64 } from './crc64';
import { RDB_VERSION } from './dump-payload';
import { RdbReader, RdbWriter } from './rdb-primitives';

/** Stands before each library's source. */
const FUNCTION_OPCODE = 0xf5;
/** Version (2 bytes) and checksum (8), after the libraries. */
const FOOTER_BYTES = 10;

/** What FUNCTION DUMP answers: the sources of all libraries. */
export function functionsPayload(sources: Iterable<string>): string {
  const writer = new RdbWriter();
  for (const source of sources) {
    writer.byte(FUNCTION_OPCODE);
    writer.string(source);
  }
  writer.byte(RDB_VERSION & 0xff);
  writer.byte(RDB_VERSION >> 8);
  writer.uint64LE(crc64(writer.view()));
  return writer.view().latin1Slice();
}

/**
 * The sources in an intact payload; nothing when it holds something else.
 * @throws RdbFormatError when it makes no sense
 */
export function readFunctionsPayload(payload: Buffer): string[] | undefined {
  const reader = new RdbReader(payload.subarray(0, payload.length - FOOTER_BYTES));
  const sources: string[] = [];
  while (reader.remaining > 0) {
    if (reader.byte() !== FUNCTION_OPCODE) return undefined;
    sources.push(reader.string());
  }
  return sources;
}
