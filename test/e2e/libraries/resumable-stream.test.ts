import { createResumableStreamContext, type ResumableStreamContext } from 'resumable-stream/ioredis';
import { inEveryPlace, type Place } from './places';

/** Another instance of the server: connections of its own. */
function instance(place: Place): ResumableStreamContext {
  const [publisher, subscriber] = [place.connection('commands'), place.connection('subscriber')];
  return createResumableStreamContext({ waitUntil: null, publisher, subscriber });
}

async function textOf(stream: ReadableStream<string> | null | undefined): Promise<string> {
  let text = '';
  for await (const part of stream ?? []) text += part;
  return text;
}

/** A stream that goes on when it is told to. */
function told(): { readonly stream: () => ReadableStream<string>; say(text: string): void; end(): void } {
  let controller: ReadableStreamDefaultController<string> | undefined;
  const stream = new ReadableStream<string>({
    start(given) {
      controller = given;
    },
  });
  return { stream: () => stream, say: (text) => controller?.enqueue(text), end: () => controller?.close() };
}

inEveryPlace((place) => {
  it('a second client follows along on another instance, from the beginning or from where it was', async () => {
    const [first, second, third] = [instance(place()), instance(place()), instance(place())];
    const answer = told();
    const stream = await first.resumableStream('answer', answer.stream);
    const reader = stream?.getReader();
    answer.say('Hello ');
    expect(await reader?.read()).toEqual({ done: false, value: 'Hello ' });
    const following = textOf(await second.resumeExistingStream('answer'));
    const resumed = textOf(await third.resumeExistingStream('answer', 3));
    answer.say('world');
    expect(await reader?.read()).toEqual({ done: false, value: 'world' });
    answer.end();
    expect((await reader?.read())?.done).toBe(true);
    expect(await following).toBe('Hello world');
    expect(await resumed).toBe('lo world');
  });

  it('one that has ended is not begun again', async () => {
    const context = instance(place());
    const answer = told();
    const stream = await context.resumableStream('answer', answer.stream);
    answer.say('done');
    answer.end();
    expect(await textOf(stream)).toBe('done');
    expect(await instance(place()).resumeExistingStream('answer')).toBeNull();
    expect(await instance(place()).resumeExistingStream('nobody began it')).toBeUndefined();
  });
});
