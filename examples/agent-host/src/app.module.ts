import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { locksModule, memoryModule, resourcesModule, streamingModule, tasksModule, webhooksModule } from 'respite';
import { mcpProxyModule } from 'respite/mcp';
import { RespiteModule } from 'respite/nestjs';
import { AgentsService } from './agents/agents.service';
import { Conversations } from './agents/conversations';
import { ConversationsController } from './agents/conversations.controller';
import { HttpModel } from './agents/http-model';
import { Model } from './agents/model';
import { DefinitionsController } from './definitions/definitions.controller';
import { DefinitionsService } from './definitions/definitions.service';
import { LoadFolder } from './definitions/load-folder';
import { ErrorFilter } from './errors/error-filter';
import { HealthController } from './http/health.controller';
import { PagesController } from './pages/pages.controller';
import { Advance } from './runs/advance';
import { RunFollower } from './runs/follow';
import { RunPlans } from './runs/plans';
import { RunsController } from './runs/runs.controller';
import { RunsService } from './runs/runs.service';
import { RunsStore } from './runs/runs.store';
import { StepQueue } from './runs/step-queue';
import { StepRunner } from './runs/step-runner';
import { StepWorker } from './runs/step-worker';
import { Sweeper } from './runs/sweeper';
import { SETTINGS, type Settings } from './settings/settings';
import { ToolsController } from './tools/tools.controller';
import { ToolsService } from './tools/tools.service';
import { AuthGuard } from './users/auth.guard';
import { FirstAdmin } from './users/first-admin';
import { LimitsService } from './users/limits.service';
import { UsersController } from './users/users.controller';
import { UsersService } from './users/users.service';
import { WebhooksController } from './webhooks/webhooks.controller';

const stores = [locksModule, memoryModule, resourcesModule, streamingModule, tasksModule, webhooksModule];

@Module({
  // Where Redis is, ./respite.yaml and the environment say.
  imports: [RespiteModule.forRoot({ modules: [...stores, mcpProxyModule] })],
  controllers: [
    ConversationsController,
    DefinitionsController,
    HealthController,
    PagesController,
    RunsController,
    ToolsController,
    UsersController,
    WebhooksController,
  ],
  providers: [
    { provide: APP_GUARD, useClass: AuthGuard },
    { provide: APP_FILTER, useClass: ErrorFilter },
    { provide: Model, useClass: HttpModel },
    Advance,
    AgentsService,
    Conversations,
    DefinitionsService,
    FirstAdmin,
    LimitsService,
    LoadFolder,
    RunFollower,
    RunPlans,
    RunsService,
    RunsStore,
    StepQueue,
    StepRunner,
    StepWorker,
    Sweeper,
    ToolsService,
    UsersService,
  ],
})
export class AppModule {
  static of(settings: Settings): DynamicModule {
    const provider = { provide: SETTINGS, useValue: settings };
    return { module: AppModule, providers: [provider], exports: [SETTINGS] };
  }
}
