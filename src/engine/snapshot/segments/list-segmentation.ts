import { Chunk } from '../../values/chunk';
import { LARGEST_CHUNK } from '../../values/chunk-sequence';
import { listToFill, type ListLimits } from '../../values/encoded-list';
import type { ListValue } from '../../values/list';
import type { Segment } from '../../values/segment';
import { RdbFormatError, type RdbReader, type RdbWriter } from '../../rdb/rdb-primitives';
import { NumberedSegments, readNumbers, SegmentCollection, writeNumbers } from './numbered-segments';
import type { Reading, Segmentation, SegmentLoader } from './segmentation';

/** Lists are cut into the chunks they consist of. */
export class ListSegmentation implements Segmentation {
  readonly fits = true;

  constructor(
    private readonly list: ListValue,
    private readonly segments = new NumberedSegments(),
  ) {}

  read(everything: boolean): Reading {
    const chunks = this.list.chunks();
    const reading = this.segments.read(chunks, everything, writeChunk);
    return {
      removed: reading.removed,
      head: (writer) => {
        writer.length(this.list.size);
        writeNumbers(writer, chunks);
      },
      next: (writer) => reading.next(writer),
      undo: () => {
        reading.undo();
      },
    };
  }
}

function writeChunk(writer: RdbWriter, segment: Segment): void {
  if (!(segment instanceof Chunk)) throw new TypeError('a list consists of chunks');
  const { elements } = segment;
  writer.length(elements.length);
  for (const element of elements) writer.string(element);
}

/** Collects the chunks of a list. */
export class ListLoader implements SegmentLoader {
  readonly #size: number;
  readonly #chunks: SegmentCollection<Chunk>;

  constructor(
    head: RdbReader,
    private readonly limits: ListLimits,
  ) {
    this.#size = head.length();
    this.#chunks = new SegmentCollection(readNumbers(head));
  }

  get complete(): boolean {
    return this.#chunks.complete;
  }

  segment(number: number, reader: RdbReader): void {
    const elements = Array.from({ length: reader.length() }, () => reader.string());
    const fits = elements.length > 0 && elements.length <= LARGEST_CHUNK;
    if (!fits || !this.#chunks.add(number, new Chunk(elements)))
      reader.fail(`an unexpected segment ${String(number)} of a list`);
  }

  finish(): { readonly value: ListValue; readonly segmentation: Segmentation } {
    const value = listToFill(this.limits);
    for (const chunk of this.#chunks) value.addChunk(chunk);
    value.settle();
    if (value.size !== this.#size) throw new RdbFormatError('a list whose segments have another length');
    return { value, segmentation: new ListSegmentation(value, NumberedSegments.loaded(value.chunks())) };
  }
}
