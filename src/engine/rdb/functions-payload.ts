import type { RedisVersion } from '../redis-version';
import { withFooter, withoutFooter } from './footer';
import { RdbReader, RdbWriter } from './rdb-primitives';

/** Stands before each library's source. */
const FUNCTION_OPCODE = 0xf5;

/** What FUNCTION DUMP answers: the sources of all libraries. */
export function functionsPayload(sources: Iterable<string>, version: RedisVersion): string {
  const writer = new RdbWriter(true);
  for (const source of sources) {
    writer.byte(FUNCTION_OPCODE);
    writer.string(source);
  }
  return withFooter(writer, version);
}

/**
 * The sources in an intact payload; nothing when it holds something else.
 * @throws RdbFormatError when it makes no sense
 */
export function readFunctionsPayload(payload: Buffer): string[] | undefined {
  const reader = new RdbReader(withoutFooter(payload));
  const sources: string[] = [];
  while (reader.remaining > 0) {
    if (reader.byte() !== FUNCTION_OPCODE) return undefined;
    sources.push(reader.string());
  }
  return sources;
}
