import { Controller, type INestMicroservice, Inject, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  type ClientProxy,
  ClientProxyFactory,
  EventPattern,
  MessagePattern,
  type MicroserviceOptions,
  Payload,
  type RedisOptions,
  Transport,
} from '@nestjs/microservices';
import { EventEmitter, once } from 'node:events';
import { firstValueFrom, lastValueFrom, type Observable, range, toArray } from 'rxjs';
import { Closing } from '../../support/closing';
import { until } from '../../support/until';
import { inEveryPlace, type Place } from './places';

const closing = new Closing();
afterEach(() => closing.all());

const SILENT = { log: () => undefined, warn: () => undefined, error: () => undefined };

/** What the service heard of. */
class Heard extends EventEmitter {}

@Controller()
class Sums {
  constructor(@Inject(Heard) private readonly heard: Heard) {}

  @MessagePattern('sum')
  sum(@Payload() numbers: number[]): number {
    return numbers.reduce((total, number) => total + number, 0);
  }

  @MessagePattern('count')
  count(@Payload() to: number): Observable<number> {
    return range(1, to);
  }

  @MessagePattern('fail')
  fail(): never {
    throw new Error('no');
  }

  @EventPattern('news.*')
  news(@Payload() news: string): void {
    this.heard.emit('news', news);
  }
}

@Module({ controllers: [Sums], providers: [Heard] })
class SumsModule {}

async function service(place: Place): Promise<{ application: INestMicroservice; client: ClientProxy; heard: Heard }> {
  const { client: admin } = place.backend;
  const clients = async () => String(await admin.client('LIST')).split('\n').length;
  const before = await clients();
  // Nest 10 does not wait for the answers to its QUITs; a server that ends meanwhile would leave them without.
  closing.add(undefined, () => until('the clients of Nest are gone', async () => (await clients()) <= before));
  const compiled = await Test.createTestingModule({ imports: [SumsModule] })
    .setLogger(SILENT)
    .compile();
  // Nest describes ioredis' options with types of its own.
  const options = { ...place.redisOptions(), wildcards: true } as NonNullable<RedisOptions['options']>;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class
  const application = compiled.createNestMicroservice<MicroserviceOptions>({ transport: Transport.REDIS, options });
  await application.listen();
  closing.add(application, (opened) => opened.close());
  const client = ClientProxyFactory.create({ transport: Transport.REDIS, options });
  await client.connect();
  closing.add(client, (opened) => opened.close());
  return { application, client, heard: application.get(Heard) };
}

inEveryPlace((place) => {
  it('asks and answers, also in several parts, and hands errors over', async () => {
    const { client } = await service(place());
    expect(await firstValueFrom(client.send<number>('sum', [1, 2, 3]))).toBe(6);
    const many = Array.from({ length: 50 }, (_, i) => firstValueFrom(client.send<number>('sum', [i, i])));
    expect(await Promise.all(many)).toEqual(Array.from({ length: 50 }, (_, i) => 2 * i));
    expect(await lastValueFrom(client.send<number>('count', 3).pipe(toArray()))).toEqual([1, 2, 3]);
    await expect(firstValueFrom(client.send('fail', ''))).rejects.toMatchObject({ status: 'error' });
  });

  it('events reach whoever subscribed to their pattern', async () => {
    const { client, heard } = await service(place());
    const news = once(heard, 'news');
    await lastValueFrom(client.emit('news.today', 'sunny'), { defaultValue: undefined });
    expect(await news).toEqual(['sunny']);
  });
});
