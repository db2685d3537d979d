/** A change as it is published. */
export interface ResourceMessage {
  readonly type: 'put' | 'delete';
  readonly member: string;
  readonly etag: string;
  readonly at: number;
  /** The type's revision after it: tells which of two looks at a resource is the newer one. */
  readonly revision: number;
}

/** A put's message up to the revision, which the script adds. */
export function startOfPut(member: string, at: number, etag: string): string {
  return `{"type":"put","member":${JSON.stringify(member)},"at":${at},"etag":"${etag}","revision":`;
}

/** A delete's message up to the etag; the script adds it and the revision. */
export function startOfDelete(member: string, at: number): string {
  return `{"type":"delete","member":${JSON.stringify(member)},"at":${at},"etag":`;
}

/** `undefined` for what another program published. */
export function readMessage(text: string): ResourceMessage | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const { type, member, etag, at, revision } = parsed as Partial<ResourceMessage>; // members are looked at one by one
  if (type !== 'put' && type !== 'delete') return undefined;
  if (typeof member !== 'string' || typeof etag !== 'string') return undefined;
  return typeof at === 'number' && typeof revision === 'number' ? { type, member, etag, at, revision } : undefined;
}
