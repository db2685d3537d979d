import KeyvValkey from '@keyv/valkey';
import { Controller, Module } from '@nestjs/common';
import {
  ClientProxyFactory,
  MessagePattern,
  type MicroserviceOptions,
  Payload,
  Transport,
} from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { Queue, QueueEvents, Worker } from 'bullmq';
import Keyv, { type KeyvStoreAdapter } from 'keyv';
import { firstValueFrom } from 'rxjs';
import { type App, CacheBackend, createApp } from '../../../src';
import { type RedisCluster, startRedisCluster } from '../../support/redis-cluster';
import { Closing } from '../../support/closing';

/** What is wired differently on three masters; libraries that take a client take ours, which is a Cluster. */
describe('on a Redis Cluster', () => {
  const closing = new Closing();
  let cluster: RedisCluster;
  let app: App;
  beforeAll(async () => {
    cluster = closing.add(await startRedisCluster(), (started) => started.stop());
    const config = {
      mode: 'distributed',
      redis: { cluster_nodes: [...cluster.addresses] },
      log: { level: 'silent' },
    } as const;
    app = closing.add(await createApp({ config, configFile: false, env: {} }).start(), (started) => started.stop());
  });
  afterAll(() => closing.all());

  const addressOf = (node: string): { host: string; port: number } => {
    const { hostname, port } = new URL(`redis://${node}`);
    return { host: hostname, port: Number(port) };
  };

  it('@nestjs/microservices talks to any node: a Cluster hands messages on to all', async () => {
    @Controller()
    class Echo {
      @MessagePattern('echo')
      echo(@Payload() text: string): string {
        return text;
      }
    }
    @Module({ controllers: [Echo] })
    class EchoModule {}
    const compiled = await Test.createTestingModule({ imports: [EchoModule] }).compile();
    const [first = '', second = ''] = cluster.addresses;
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class
    const service = compiled.createNestMicroservice<MicroserviceOptions>({
      transport: Transport.REDIS,
      options: addressOf(first),
    });
    await service.listen();
    const client = ClientProxyFactory.create({ transport: Transport.REDIS, options: addressOf(second) });
    await client.connect();
    expect(await firstValueFrom(client.send('echo', 'hello'))).toBe('hello');
    await client.close();
    await service.close();
  });

  it('@keyv/valkey keeps a namespace with a hash tag in one slot', async () => {
    const client = app.get(CacheBackend).connection('commands');
    const store = new KeyvValkey(client as never) as unknown as KeyvStoreAdapter; // written for iovalkey, a fork of ioredis
    const keyv = new Keyv({ store, namespace: '{cache}' });
    await Promise.all(Array.from({ length: 30 }, (_, i) => keyv.set(`key:${i}`, i, 60_000)));
    expect(await keyv.get(['key:0', 'key:29', 'none'])).toEqual([0, 29, undefined]);
    await keyv.clear();
    expect(await keyv.get('key:0')).toBeUndefined();
  });

  it('BullMQ keeps its keys in one slot with a prefix in braces, on connections of ours', async () => {
    const backend = app.get(CacheBackend);
    const options = () => ({ connection: backend.connection('blocking') as never, prefix: '{bull}' }); // its own types of ioredis
    const queue = new Queue<number>('squares', options());
    const events = new QueueEvents('squares', { ...options(), lastEventId: '0' }); // begins to read later than it says
    const worker = new Worker<number, number>('squares', ({ data }) => Promise.resolve(data * data), options());
    await events.waitUntilReady();
    const job = await queue.add('square', 7, { delay: 20 });
    expect(await job.waitUntilFinished(events)).toBe(49);
    for (const opened of [worker, events, queue]) await opened.close();
  });
});
