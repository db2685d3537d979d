import { address, addresses, duration, flag, integer, oneOf, redisUrl, secretKey, size, text } from './format';
import { mcpproxySettings, port, temporalSettings, tlsSettings } from './outer-systems';
import { setting } from './setting';

const DAY_MS = 86_400_000;

/** Every setting Respite has, as written in `respite.yaml`. The reference, the JSON schema and the types follow it. */
export const schema = {
  mode: setting({
    doc: 'Where Redis is: in this process (standalone) or a server (distributed). Empty means distributed.',
    format: oneOf(['', 'standalone', 'distributed']),
    default: '',
  }),
  redis: {
    mode: setting({
      doc: 'The mode of Redis alone; empty inherits the global mode.',
      format: oneOf(['', 'standalone', 'distributed']),
      default: '',
    }),
    provider: setting({
      doc: "The backend provider to use, by name: mock (ioredis-mock, in standalone), or a plugin's; empty is the mode's own.",
      format: text,
      default: '',
    }),
    url: setting({
      doc: 'The Redis server as a URL. At most one of url, addr, sentinels and cluster_nodes.',
      format: redisUrl,
      default: '',
    }),
    addr: setting({ doc: 'The Redis server as host:port.', format: address, default: 'localhost:6379' }),
    sentinels: setting({
      doc: 'The sentinels that know the master, as host:port; the port is 26379 when left out.',
      format: addresses,
      default: [] as readonly string[],
    }),
    sentinel_name: setting({ doc: 'The name of the master the sentinels watch.', format: text, default: '' }),
    sentinel_username: setting({ doc: "The ACL user of the sentinels' own login.", format: text, default: '' }),
    sentinel_password: setting({
      doc: 'The password of the sentinels themselves; empty when they ask for none.',
      format: text,
      default: '',
      sensitive: true,
    }),
    cluster_nodes: setting({
      doc: 'Some nodes of a Redis Cluster; the rest is discovered.',
      format: addresses,
      default: [] as readonly string[],
    }),
    username: setting({ doc: 'The ACL user; empty is the default user.', format: text, default: '' }),
    password: setting({ doc: 'The password of the user.', format: text, default: '', sensitive: true }),
    db: setting({
      doc: 'The logical database clients start in.',
      format: integer({ min: 0, max: 16_383 }),
      default: 0,
    }),
    tls: tlsSettings('the server', ' A rediss:// URL implies it.'),
    connect_timeout: setting({
      doc: 'How long connecting may take, at the start and again later.',
      format: duration({ min: 1 }),
      default: 10_000,
    }),
    command_timeout: setting({
      doc: 'How long a command may wait for its reply; 0 means forever.',
      format: duration(),
      default: 0,
    }),
    rest: {
      enabled: setting({
        doc: "Serve Redis over HTTP to clients of Upstash's REST API (@upstash/redis, @vercel/kv), in both modes.",
        format: flag,
        default: false,
      }),
      host: setting({ doc: 'The address HTTP is served on.', format: text, default: '127.0.0.1' }),
      port: port(8079, 'The port HTTP is served on; 0 takes a free one.'),
      token: setting({
        doc: 'What clients must send as a bearer token: any text, but one is needed.',
        format: text,
        default: '',
        sensitive: true,
      }),
    },
    standalone: {
      version: setting({
        doc: 'The version of Redis to be: what came later is unknown to it, as to a server of that version.',
        format: oneOf(['7.0', '7.2', '7.4', '8.0']),
        default: '8.0',
      }),
      databases: setting({
        doc: 'How many logical databases there are.',
        format: integer({ min: 1, max: 16_384 }),
        default: 16,
      }),
      max_memory: setting({
        doc: "How much the data may take; 0 derives a limit safely below V8's heap limit.",
        format: size,
        default: 0,
      }),
      max_memory_policy: setting({
        doc: 'What is evicted when the memory is full. BullMQ needs noeviction.',
        format: oneOf([
          'noeviction',
          'allkeys-lru',
          'allkeys-lfu',
          'allkeys-random',
          'volatile-lru',
          'volatile-lfu',
          'volatile-random',
          'volatile-ttl',
        ]),
        default: 'noeviction',
      }),
      script_time_limit: setting({
        doc: 'How long a Lua script may run; 0 means forever. Time in which others have the processor does not count.',
        format: duration(),
        default: 5000,
      }),
      listener: {
        enabled: setting({
          doc: 'Serve other clients, such as redis-cli. `respite start` enables it.',
          format: flag,
          default: false,
        }),
        host: setting({ doc: 'The address to listen on.', format: text, default: '127.0.0.1' }),
        port: port(0, 'The port to listen on; 0 takes a free one. `respite start` looks for one when none is set.'),
        path: setting({ doc: 'A unix socket to listen on, instead of host and port.', format: text, default: '' }),
        password: setting({
          doc: 'What clients of the listener must authenticate with; needed on a public address.',
          format: text,
          default: '',
          sensitive: true,
        }),
      },
      persistence: {
        enabled: setting({
          doc: 'Keep the data in snapshots on disk. `respite start` enables it.',
          format: flag,
          default: false,
        }),
        data_dir: setting({ doc: 'The directory of the snapshots.', format: text, default: './respite-data' }),
        snapshot_interval: setting({
          doc: 'How often what changed is written.',
          format: duration({ min: 100 }),
          default: 300_000,
        }),
        snapshot_on_shutdown: setting({
          doc: 'Write a last snapshot when stopping gracefully.',
          format: flag,
          default: true,
        }),
        restore_on_startup: setting({
          doc: 'Load the last snapshot when starting; if not, an existing one is set aside, not overwritten.',
          format: flag,
          default: true,
        }),
        max_snapshot_size: setting({
          doc: 'A snapshot whose records would take more is refused and reported; 0 means no limit.',
          format: size,
          default: 0,
        }),
        encryption_key: setting({
          doc: 'The key the data on disk is encrypted with (AES-256-GCM), 32 bytes in hexadecimal digits or base64. Empty: not encrypted.',
          format: secretKey,
          default: '',
          sensitive: true,
        }),
        encryption_key_file: setting({
          doc: 'A file that holds the encryption key, instead of the key itself.',
          format: text,
          default: '',
        }),
        on_corruption: setting({
          doc: 'What to do with damaged data: set it aside and start empty (quarantine), or do not start (fail). Empty: quarantine, with a journal (durability) fail.',
          format: oneOf(['', 'quarantine', 'fail']),
          default: '',
        }),
        durability: setting({
          doc: 'What a crash may cost: what came after the last snapshot (snapshot), a second at most (everysec), nothing that was acknowledged (always).',
          format: oneOf(['snapshot', 'everysec', 'always']),
          default: 'snapshot',
        }),
        generations: setting({
          doc: 'How many snapshots there are to fall back on when one is damaged: the data file, and copies of it as it was after the last ones.',
          format: integer({ min: 1, max: 100 }),
          default: 1,
        }),
      },
    },
  },
  temporal: temporalSettings,
  mcpproxy: mcpproxySettings,
  retention: {
    memory: setting({
      doc: 'How long conversations are kept after their last message; 0 means forever.',
      format: duration(),
      default: 0,
    }),
    tasks: setting({
      doc: 'How long task configurations are kept after they were last read; 0 means forever.',
      format: duration(),
      default: DAY_MS,
    }),
    generations_age: setting({
      doc: 'How long copies of the data file (redis.standalone.persistence.generations) are kept, the newest aside; 0 means for ever.',
      format: duration(),
      default: 0,
    }),
    webhooks: setting({
      doc: 'How long idempotency keys are kept; 0 means forever.',
      format: duration(),
      default: DAY_MS,
    }),
  },
  metrics: {
    enabled: setting({
      doc: 'Serve Prometheus metrics (/metrics), liveness (/healthz) and readiness (/readyz) over HTTP. /metrics needs the package prom-client.',
      format: flag,
      default: false,
    }),
    host: setting({ doc: 'The address metrics are served on.', format: text, default: '127.0.0.1' }),
    port: port(9464, 'The port metrics are served on; 0 takes a free one.'),
    token: setting({
      doc: 'What scrapers must send as a bearer token; needed on a public address.',
      format: text,
      default: '',
      sensitive: true,
    }),
  },
  log: {
    level: setting({
      doc: 'The least important events to log.',
      format: oneOf(['debug', 'info', 'warn', 'error', 'silent']),
      default: 'info',
    }),
    format: setting({
      doc: 'How events are written to stderr: text for people, json for machines, auto by whether it is a terminal.',
      format: oneOf(['auto', 'text', 'json']),
      default: 'auto',
    }),
  },
} as const;
