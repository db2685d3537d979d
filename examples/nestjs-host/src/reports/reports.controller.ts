import { Body, Controller, Get, type MessageEvent, NotFoundException, Param, Post, Sse } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { type Report, ReportsService } from './reports.service';

@Controller('reports')
export class ReportsController {
  constructor(private readonly reports: ReportsService) {}

  @Post()
  order(@Body() { title = 'untitled', pages = 3 }: { title?: string; pages?: number }): Promise<Report> {
    return this.reports.order(title, pages);
  }

  @Get(':id')
  async find(@Param('id') id: string): Promise<Report> {
    const report = await this.reports.find(id);
    if (report === undefined) throw new NotFoundException(`There is no report ${id}.`);
    return report;
  }

  @Sse(':id/events')
  watch(@Param('id') id: string): Observable<MessageEvent> {
    return this.reports.watch(id);
  }
}
