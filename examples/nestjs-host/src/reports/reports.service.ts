import { InjectQueue } from '@nestjs/bullmq';
import { Injectable } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { CacheBackend, EventBus } from 'respite';
import { InjectRespite } from 'respite/nestjs';
import { Observable } from 'rxjs';

export interface Report {
  readonly id: string;
  readonly title: string;
  readonly status: 'waiting' | 'running' | 'done';
  readonly pages: number;
}

/** What the worker is told. */
export interface ReportJob {
  readonly id: string;
  readonly pages: number;
}

/** Reports are hashes in Redis, written page by page by the worker; whoever listens is told of every page. */
@Injectable()
export class ReportsService {
  constructor(
    @InjectRespite(CacheBackend) private readonly cache: CacheBackend,
    @InjectRespite(EventBus) private readonly bus: EventBus,
    @InjectQueue('reports') private readonly queue: Queue<ReportJob>,
  ) {}

  async order(title: string, pages: number): Promise<Report> {
    const { client } = this.cache;
    const id = String(await client.incr('reports:last'));
    await client.hset(keyOf(id), { title, status: 'waiting', pages: 0 });
    await this.queue.add('write', { id, pages });
    return { id, title, status: 'waiting', pages: 0 };
  }

  async find(id: string): Promise<Report | undefined> {
    const { title, status, pages } = await this.cache.client.hgetall(keyOf(id));
    if (title === undefined) return undefined;
    return { id, title, status: status as Report['status'], pages: Number(pages) };
  }

  async wrotePage(id: string, last: boolean): Promise<void> {
    const { client } = this.cache;
    const pages = await client.hincrby(keyOf(id), 'pages', 1);
    const status = last ? 'done' : 'running';
    await client.hset(keyOf(id), { status });
    await this.bus.publishTaskEvent(`report-${id}`, { type: status, data: { pages } });
  }

  /** The report as it is, then every change until it is done. */
  watch(id: string): Observable<{ data: Partial<Report> }> {
    return new Observable((listener) => {
      const left = new AbortController();
      void this.follow(id, left.signal, (data) => {
        listener.next({ data });
      }).then(
        () => {
          listener.complete();
        },
        (failure: unknown) => {
          listener.error(failure);
        },
      );
      return () => {
        left.abort();
      };
    });
  }

  private async follow(id: string, signal: AbortSignal, tell: (report: Partial<Report>) => void): Promise<void> {
    // Subscribed first, read second: nothing can happen in between unseen.
    const events = await this.bus.subscribeToTask(`report-${id}`, { signal });
    const report = await this.find(id);
    if (report === undefined) return;
    tell(report);
    if (report.status === 'done') return;
    for await (const { data } of events) {
      const { type, data: details } = data as { type: Report['status']; data: { pages: number } }; // what wrotePage publishes
      tell({ status: type, pages: details.pages });
      if (type === 'done') return;
    }
  }
}

const keyOf = (id: string): string => `reports:${id}`;
