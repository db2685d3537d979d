import { connect, type Socket } from 'node:net';

const HIGHEST_PORT = 65_535;

/** A key on its way to another server. */
export interface Parcel {
  readonly key: string;
  /** What DUMP answers. */
  readonly payload: string;
  /** Milliseconds, 0 = for ever. */
  readonly ttl: number;
}

/** Where MIGRATE sends keys, and how. */
export interface Destination {
  readonly host: string;
  readonly port: number;
  readonly database: number;
  /** Milliseconds the other side may be silent. */
  readonly timeoutMs: number;
  /** Arguments of AUTH; empty = none is sent. */
  readonly auth: readonly string[];
  readonly replace: boolean;
}

/** The other server could not be reached (`writing`), or fell silent (`reading`). */
export class TransferFailed extends Error {
  override readonly name = 'TransferFailed';
}

/**
 * Restores keys on another server, one after the other in one pipeline.
 * @param onAnswer told of each key in turn: undefined when it arrived, else the other server's error
 * @throws TransferFailed; keys it was told of before that did arrive
 */
export async function restoreElsewhere(
  destination: Destination,
  parcels: readonly Parcel[],
  onAnswer: (parcel: Parcel, refusal: string | undefined) => void,
): Promise<void> {
  const { host, port, timeoutMs, auth, database, replace } = destination;
  if (port < 0 || port > HIGHEST_PORT) throw new TransferFailed('writing');
  const socket = connect({ host, port });
  socket.setTimeout(timeoutMs, () => {
    socket.destroy(new Error('timeout'));
  });
  try {
    const lines = linesOf(socket);
    const greetings = [...(auth.length > 0 ? [['AUTH', ...auth]] : []), ['SELECT', String(database)]];
    const restores = parcels.map(({ key, ttl, payload }) => [
      'RESTORE',
      key,
      String(ttl),
      payload,
      ...(replace ? ['REPLACE'] : []),
    ]);
    for (const words of [...greetings, ...restores]) socket.write(encode(words), 'latin1');
    let refusal: string | undefined;
    for (const _ of greetings) refusal ??= refusalOf(await nextLine(lines));
    for (const parcel of parcels) {
      const answer = refusalOf(await nextLine(lines));
      onAnswer(parcel, refusal ?? answer);
    }
  } finally {
    socket.destroy();
  }
}

function encode(words: readonly string[]): string {
  return words.reduce((text, word) => `${text}$${String(word.length)}\r\n${word}\r\n`, `*${String(words.length)}\r\n`);
}

const refusalOf = (line: string) => (line.startsWith('-') ? line.slice(1) : undefined);

async function nextLine(lines: AsyncGenerator<string, undefined>): Promise<string> {
  const { value } = await lines.next();
  if (value === undefined) throw new TransferFailed('reading');
  return value;
}

/** The replies: all are single lines. */
async function* linesOf(socket: Socket): AsyncGenerator<string, undefined> {
  let rest = '';
  try {
    for await (const chunk of socket) {
      rest += (chunk as Buffer).toString('latin1');
      const lines = rest.split('\r\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (cause) {
    throw new TransferFailed(socket.remoteAddress === undefined ? 'writing' : 'reading', { cause });
  }
  return undefined;
}
