import { Redis as IoRedis } from 'ioredis';
import { type App, type ConfigInput, createApp, RestEndpoint, silentLogger } from '../../src';
import type { RedisServer } from './redis-server';

/** What every application here asks for. */
export const TOKEN = 'the-token-of-the-tests';

/** What was answered over HTTP. */
export interface Answered {
  readonly status: number;
  readonly body: unknown;
}

/** Applications that serve their Redis over HTTP, until they are stopped. */
export class ServedRest {
  readonly apps: App[] = [];

  /** @returns the address of another one */
  async serve(redis: ConfigInput['redis'], rest: object = {}): Promise<string> {
    const app = createApp({
      config: { redis: { ...redis, rest: { enabled: true, port: 0, token: TOKEN, ...rest } } },
      configFile: false,
      env: {},
      logger: silentLogger,
    });
    this.apps.push(app);
    await app.start();
    return app.get(RestEndpoint)?.url ?? '';
  }

  /** In front of a server, which is emptied. */
  async serveBefore({ host, port }: RedisServer): Promise<string> {
    const client = new IoRedis(port, host);
    await client.flushall();
    client.disconnect();
    return this.serve({ mode: 'distributed', addr: `${host}:${String(port)}` });
  }

  async stop(): Promise<void> {
    for (const app of this.apps.splice(0)) await app.stop();
  }
}

/** Asks for a command in the path, or in the body. */
export async function ask(
  url: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answered> {
  const response = await fetch(url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}
