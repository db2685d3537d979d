/** What is wrong with an RDB file. */
export type RdbFileTrouble = 'damaged' | 'truncated' | 'unsupported';

/** An RDB file cannot be read; the message says where and, of a key, which. */
export class RdbFileError extends Error {
  override readonly name = 'RdbFileError';

  constructor(
    readonly trouble: RdbFileTrouble,
    message: string,
  ) {
    super(message);
  }
}
