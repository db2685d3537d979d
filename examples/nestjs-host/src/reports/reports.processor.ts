import { Processor, WorkerHost } from '@nestjs/bullmq';
import type { Job } from 'bullmq';
import { setTimeout as pause } from 'node:timers/promises';
import { type ReportJob, ReportsService } from './reports.service';

const PAGE_MS = 100;

/** Writes reports. A job that was interrupted goes on with the page it had come to. */
@Processor('reports')
export class ReportsProcessor extends WorkerHost {
  constructor(private readonly reports: ReportsService) {
    super();
  }

  async process({ data: { id, pages } }: Job<ReportJob>): Promise<void> {
    const written = (await this.reports.find(id))?.pages ?? 0;
    for (let page = written + 1; page <= pages; page++) {
      await pause(PAGE_MS);
      await this.reports.wrotePage(id, page === pages);
    }
  }
}
