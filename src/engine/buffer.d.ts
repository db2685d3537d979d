/** Node's own single-encoding methods: documented by use, missing in @types/node, and far cheaper than toString('latin1'). */
interface Buffer {
  latin1Slice(start?: number, end?: number): string;
  latin1Write(text: string, offset?: number, length?: number): number;
}
