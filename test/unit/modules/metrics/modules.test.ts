import { Registry } from 'prom-client';
import {
  type App,
  createApp,
  EventBus,
  LockManager,
  locksModule,
  MetricsRegistry,
  override,
  silentLogger,
  streamingModule,
  TaskConfigStore,
  tasksModule,
} from '../../../../src';
import { mcpProxyModule, McpProxy } from '../../../../src/modules/mcp-proxy';
import { later, TOKEN, untilState } from '../../../support/mcp/proxies';
import { odd } from '../../../support/mcp/servers';

async function start(registry: Registry): Promise<App> {
  const app = createApp({
    config: { mode: 'standalone', mcpproxy: { port: 0, token: TOKEN } },
    configFile: false,
    env: {},
    logger: silentLogger,
    modules: [locksModule, streamingModule, tasksModule, mcpProxyModule],
    overrides: [override(MetricsRegistry, registry)],
  });
  later(app, (each) => each.stop());
  return app.start();
}

it('FR-13: modules tell what they do in /metrics, and leave it when the application stops', async () => {
  const registry = new Registry();
  const app = await start(registry);
  const locks = app.get(LockManager);
  const lock = await locks.acquire('one');
  await expect(locks.acquire('one')).rejects.toThrow();
  await (await locks.acquire('two')).release();
  const bus = app.get(EventBus);
  const subscription = await bus.subscribe('news');
  await bus.publish('news', 'hello');
  await subscription.next();
  await app.get(TaskConfigStore).save('t', 1);
  const proxy = app.get(McpProxy);
  await proxy.put(odd('odd'));
  await untilState(proxy, 'odd', 'connected');
  await proxy.call('odd', 'pid');
  await expect(proxy.call('odd', 'nothing')).rejects.toThrow();

  const lines = (await registry.metrics()).split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'respite_locks_total{outcome="acquired"} 2',
      'respite_locks_total{outcome="refused"} 1',
      'respite_locks_total{outcome="released"} 1',
      'respite_locks_held 1',
      'respite_streaming_events_total{outcome="sent"} 1',
      'respite_streaming_events_total{outcome="received"} 1',
      'respite_streaming_events_total{outcome="dropped"} 0',
      'respite_streaming_subscriptions 1',
      'respite_streaming_latency_seconds_count 1',
      'respite_store_operations_total{operation="tasks.save",status="ok"} 1',
      'respite_store_operation_duration_seconds_count{operation="tasks.save"} 1',
      'respite_mcp_calls_total{status="ok"} 1',
      'respite_mcp_calls_total{status="error"} 1',
      'respite_mcp_call_duration_seconds_count 2',
      'respite_mcp_servers{state="connected"} 1',
      'respite_mcp_sessions 0',
    ]),
  );
  await lock.release();
  await app.stop();
  expect(await registry.metrics()).toBe('\n');
});
