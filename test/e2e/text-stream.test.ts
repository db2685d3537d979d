import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const DIST = join(__dirname, '../../dist');

// A process of its own: Jest keeps unhandled rejections from a test.
it('a text stream whose last piece is lost ends all the same; its writer is told, and the process goes on', async () => {
  const source = `
    const { EventBus, streamingModule } = require(${JSON.stringify(DIST)});
    const { createTestApp, injectFaults } = require(${JSON.stringify(join(DIST, 'testing'))});
    (async () => {
      const app = await createTestApp({ modules: [streamingModule] }).start();
      const bus = app.get(EventBus);
      const events = await bus.subscribe('text');
      const faults = injectFaults(app);
      faults.fail('ERR lost', { commands: ['publish'], times: 1 });
      faults.delay(50, { commands: ['publish'] }); // while this is under way nobody has been told yet
      const stream = bus.textStream('text');
      await stream.write('half a line');
      const told = await stream.end().catch(({ code }) => code);
      const { value } = await events.next();
      console.log(JSON.stringify([told, value.data]));
      await app.stop();
    })();`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', source]);
  expect(JSON.parse(stdout)).toEqual(['STORE_FAILED', { index: 1, end: true, dropped: 0 }]);
});
