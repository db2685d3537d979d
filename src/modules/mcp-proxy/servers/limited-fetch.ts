/** The longest message a server may send, in bytes, as the stores have it: longer ones block everybody else while they are read. */
export const MAX_MESSAGE_BYTES = 16 * 2 ** 20;

const LINE_FEED = 0x0a;

/** `fetch` that ends an answer, or one event of a stream of them, that is longer than a message may be. */
export async function limitedFetch(url: string | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(url, init);
  if (response.body === null) return response;
  const { status, statusText, headers } = response;
  const isStream = headers.get('content-type')?.startsWith('text/event-stream') === true;
  const limited = new Response(response.body.pipeThrough(limit(isStream)), { status, statusText, headers });
  // What a Response that somebody makes does not have; the SDK resolves addresses against it.
  Object.defineProperty(limited, 'url', { value: response.url });
  Object.defineProperty(limited, 'redirected', { value: response.redirected });
  return limited;
}

/** Of a stream of events each line counts for itself: a message is one line. */
function limit(eachLine: boolean): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0;
  return new TransformStream({
    transform(chunk, controller) {
      const lastLine = eachLine ? chunk.lastIndexOf(LINE_FEED) : -1;
      bytes = lastLine < 0 ? bytes + chunk.length : chunk.length - lastLine - 1;
      if (bytes > MAX_MESSAGE_BYTES) {
        controller.error(new Error(`an answer is longer than ${MAX_MESSAGE_BYTES} bytes`));
        return;
      }
      controller.enqueue(chunk);
    },
  });
}
