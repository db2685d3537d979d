import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module';
import { describe } from './errors/describe';
import { loadSettings } from './settings/settings';

async function main(): Promise<void> {
  const settings = loadSettings();
  const app = await NestFactory.create<NestExpressApplication>(AppModule.of(settings), {
    abortOnError: false,
    bodyParser: false,
    forceCloseConnections: true,
  });
  // Of a signal, any JSON is the payload.
  app.useBodyParser('json', { strict: false, limit: '1mb' });
  app.useBodyParser('text', { type: ['application/yaml', 'text/yaml', 'text/plain'] });
  app.useBodyParser('urlencoded', { extended: false });
  // Without it a signal would end the process at once: no worker is waited for, no last snapshot is written.
  app.enableShutdownHooks();
  try {
    await app.listen(settings.listen.port, settings.listen.host);
  } catch (failure) {
    await app.close();
    throw failure;
  }
  console.log(`ready on ${await app.getUrl()}`);
}

main().catch((failure: unknown) => {
  const { problem } = describe(failure);
  console.error(`${problem.code}: ${problem.message}`);
  // Where Nest gives up while it puts the host together, Respite runs already, and would go on.
  process.exit(1);
});
