/** An event as it travels: JSON with the moment it was published. */
export interface Envelope {
  readonly at: number;
  readonly data: unknown;
}

/** `json` is the data, as JSON. */
export function writeEnvelope(at: number, json: string): string {
  return `{"at":${at},"data":${json}}`;
}

/** `undefined` for what another program published. */
export function readEnvelope(message: string): Envelope | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(message);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const { at, data } = parsed as Partial<Envelope>; // an object's members are looked at one by one
  return typeof at === 'number' && 'data' in parsed ? { at, data } : undefined;
}
