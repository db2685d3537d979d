import { onBothHosts } from '../../support/agent-host/places';
import { lastWords } from '../../support/agent-host/scripted-model';
import type { ShownRun } from '../../support/agent-host/client';

const DEFINITIONS = {
  'agents/forgetful': `
name: forgetful
instructions: You remember little.
memory: { max_tokens: 60, summarise: true }
`,
  'workflows/json': `
name: json
steps:
  - { id: ask, agent: writer, prompt: "Give me JSON", expect: json, retry: { attempts: 2, delay: 1ms } }
output: "\${steps.ask.output.n}"
`,
  'workflows/slow': `
name: slow
steps:
  - { id: ask, agent: writer, prompt: "Take your time", timeout: 200ms }
`,
} as const;

onBothHosts(DEFINITIONS, (running) => {
  const ask = async (agent: string, prompt: string, conversation?: string): Promise<ShownRun> => {
    const { admin } = running().host;
    const body = { prompt, ...(conversation !== undefined && { conversation }) };
    return admin.ended((await admin.post<ShownRun>(`/agents/${agent}/runs`, body)).id);
  };
  beforeEach(() => {
    running().place.model.reply = (asked) => `echo: ${lastWords(asked)}`;
  });

  it('answers, with what its tools say', async () => {
    const { model } = running().place;
    model.reply = ({ messages }) =>
      messages.at(-1)?.role === 'tool'
        ? `The tool says ${messages.at(-1)?.content ?? ''}`
        : { tool: 'text__word_count', args: { text: 'one two' } };
    expect((await ask('writer', 'How many words?')).output).toBe('The tool says {"words":2,"characters":7}');
    expect(model.asked.at(-1)?.tools?.map((tool) => tool.function.name)).toEqual(['text__word_count']);
  });

  it('remembers a conversation, one question at a time', async () => {
    const { model } = running().place;
    let [now, most] = [0, 0];
    model.reply = async (asked) => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now--;
      return `answer ${asked.messages.length}`;
    };
    await Promise.all(['a', 'b', 'c', 'd'].map((prompt) => ask('writer', prompt, 'shared')));
    expect(most).toBe(1);
    const { messages } = await running().host.admin.get<{ messages: { role: string; content: string }[] }>(
      '/conversations/shared',
    );
    expect(messages.map(({ role }) => role)).toEqual(
      Array.from({ length: 8 }, (_, n) => (n % 2 === 0 ? 'user' : 'assistant')),
    );
    // Each was asked with all that had been said: the instructions, the talk, the question.
    expect(messages.filter((_, n) => n % 2 === 1).map(({ content }) => content)).toEqual([
      'answer 2',
      'answer 4',
      'answer 6',
      'answer 8',
    ]);
  });

  it('summarises the older half of what has become too long', async () => {
    const { admin } = running().host;
    running().place.model.reply = ({ messages }) =>
      messages[0]?.content.startsWith('Summarise') === true ? 'they talked' : 'x'.repeat(40);
    for (let n = 0; n < 6; n++) await ask('forgetful', `question ${n} ${'y'.repeat(20)}`, 'long');
    const { tokens, messages } = await admin.get<{ tokens: number; messages: { content: string }[] }>(
      '/conversations/long',
    );
    expect(tokens).toBeLessThanOrEqual(60);
    expect(messages[0]?.content).toBe('Summary of what was said before: they talked');
    expect(messages.at(-2)?.content).toContain('question 5');
  });

  it.each([
    ['no JSON at all', { status: 200, body: '<html>' }],
    ['JSON of another shape', { status: 200, body: '{"hello":1}' }],
    ['no words', ''],
    ['a tool there is not, again and again', { tool: 'rm__rf', args: {} }],
  ])('a model that answers nonsense is told as such: %s', async (_, reply) => {
    running().place.model.reply = () => reply;
    expect(await ask('writer', 'Hello')).toMatchObject({ status: 'failed', error: { code: 'MODEL_ANSWER_INVALID' } });
  });

  it('a model that refuses, or takes too long', async () => {
    const { model } = running().place;
    model.reply = () => ({ status: 500, body: '{"error":{"message":"out of order"}}' });
    expect(await ask('writer', 'Hello')).toMatchObject({
      error: { code: 'MODEL_FAILED', message: expect.stringContaining('out of order') },
    });
    model.reply = () => new Promise(() => undefined);
    expect(await running().host.admin.finish('slow')).toMatchObject({
      status: 'failed',
      error: { code: 'STEP_TIMED_OUT' },
    });
  });

  it('asks again where JSON was expected', async () => {
    let calls = 0;
    running().place.model.reply = () => (++calls === 1 ? 'Sure! Here it is.' : '```json\n{ "n": 7 }\n```');
    expect(await running().host.admin.finish('json')).toMatchObject({
      status: 'done',
      output: 7,
      steps: [{ attempts: 2 }],
    });
    running().place.model.reply = () => 'never';
    expect(await running().host.admin.finish('json')).toMatchObject({
      status: 'failed',
      error: { code: 'MODEL_ANSWER_INVALID' },
    });
  });
});
