import type { Redis } from 'ioredis';
import { refuseOtherKinds } from '../../../../../src/modules/cache/distributed/kind-of-server';

/** Answers INFO and CLUSTER INFO with lines of servers: what these say of themselves on real ones is in start-errors.test.ts. */
const server = (info: string, cluster = ''): Redis =>
  ({ info: () => Promise.resolve(info), cluster: () => Promise.resolve(cluster) }) as unknown as Redis;

// Lines of valkey-server 8.1.1, which does not say redis_mode.
const VALKEY = 'redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.1\r\n';

it.each([
  ['sentinel', 'a sentinel'],
  ['cluster', 'a node of a Redis Cluster'],
])('a Valkey server in %s mode is none that serves everything alone', async (mode, told) => {
  const cluster = 'cluster_state:fail\r\ncluster_size:0\r\n';
  const refused = refuseOtherKinds(server(`${VALKEY}server_mode:${mode}\r\n`, cluster));
  await expect(refused).rejects.toThrow(told);
});

it('a Valkey server of its own, and a cluster of one node, are taken', async () => {
  await refuseOtherKinds(server(`${VALKEY}server_mode:standalone\r\n`));
  await refuseOtherKinds(server(`${VALKEY}server_mode:cluster\r\n`, 'cluster_state:ok\r\ncluster_size:1\r\n'));
});
