import { CacheBackend, createApp } from 'respite';
import { TemporalConnection, temporalModule } from 'respite/temporal';

const app = await createApp({ modules: [temporalModule] }).start();
const cache = app.get(CacheBackend);
const temporal = app.get(TemporalConnection);

await cache.client.set('order:1', 'paid');
const connection = await temporal.connect();
const { namespaceInfo } = await connection.workflowService.describeNamespace({ namespace: temporal.namespace });

console.log(`Redis is ${cache.mode} and knows that order 1 is ${await cache.client.get('order:1')}.`);
console.log(`Temporal is at ${temporal.address} and has the namespace ${namespaceInfo.name}.`);
await app.stop();
