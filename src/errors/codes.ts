import type { ErrorCodeEntry } from './code-entry';
import { outerCodes } from './outer-codes';
import { migrationCodes } from './migration-codes';
import { snapshotCodes } from './snapshot-codes';

/**
 * Every code a `RespiteError` carries. Codes are stable: they are renamed or removed only in a major version. The
 * reference page is generated from this table, and a test holds that no code is thrown that is not listed here.
 */
export const errorCodes = {
  // Putting an application together
  MODULE_DUPLICATE: {
    means: 'Two modules of an application have the same name.',
    remedy: 'Register the module once, or rename one of them.',
  },
  MODULE_CYCLE: {
    means: 'Modules require each other in a circle; the message prints it.',
    remedy: 'Move what they share into a module of its own.',
  },
  TOKEN_DUPLICATE: {
    means: 'Two modules provide the same token.',
    remedy: 'Remove one of them, or override the token.',
  },
  TOKEN_WITHOUT_PROVIDER: {
    means: 'A module requires a token that no module provides; the message prints the path to it.',
    remedy: 'Add the module that provides the token, or an override.',
  },
  TOKEN_NOT_DECLARED: {
    means: 'A module uses a token that is neither in its "provides" nor in its "requires".',
    remedy: 'Declare the token, so that modules start in the right order.',
  },
  TOKEN_NOT_AVAILABLE: {
    means: 'A token was asked for that has no value, or whose value could not be made.',
    remedy: 'Add the module that provides it; ask after the application has started.',
  },

  // Starting and stopping
  STARTUP_FAILED: {
    means: 'A module threw an error without a code while it started. Everything started before was stopped again.',
    remedy: 'Read the cause; the error names the module.',
  },
  START_ABORTED: {
    means: 'The application was stopped while it was starting.',
    remedy: 'Nothing to do if that was intended.',
  },
  START_TIMED_OUT: {
    means: 'A module was not ready within its own time limit.',
    remedy: 'Look at what the module waits for; raise its "timeouts.init" if it needs longer.',
  },
  SHUTDOWN_INCOMPLETE: {
    means: 'Some modules failed or took too long while stopping. All others were stopped.',
    remedy: 'Read the report of the error: it lists every module with its status and errors.',
  },
  APP_NOT_RUNNING: {
    means: 'Something was asked of an application that is not running.',
    remedy: 'Call get() after "await app.start()" and before "app.stop()".',
  },
  APP_STOPPED: {
    means: 'A stopped application was started again.',
    remedy: 'Create a new one with createApp().',
  },

  // Configuration
  CONFIG_INVALID: {
    means:
      'Settings are wrong. The message lists every problem with its path, value, source and what to write instead.',
    remedy: 'Change what the list names; "respite config validate" prints it again.',
  },
  CONFIG_NOT_SUPPORTED: {
    means: 'A setting asks for what the chosen provider cannot do.',
    remedy: 'Leave it at its default, or choose another provider.',
  },
  CONFIG_FILE_UNREADABLE: {
    means: 'The configuration file is missing, cannot be read, or is not valid YAML or JSON.',
    remedy: 'Correct the path, the permissions or the syntax the message names.',
  },

  // Backends
  PROVIDER_UNKNOWN: {
    means: 'redis.provider names a provider that is not registered, or the mode has none.',
    remedy: 'Write one of the names in the message, or pass the plugin to createApp({ plugins }).',
  },
  PROVIDER_DUPLICATE: {
    means: 'Two providers have the same name.',
    remedy: 'Rename one of them: redis.provider must mean one.',
  },
  PROVIDER_INCOMPATIBLE: {
    means: 'A provider was written for another version of the contract, or serves another mode than the one in use.',
    remedy: 'Install a version of the plugin that fits, or change the mode.',
  },
  PEER_NOT_INSTALLED: {
    means: 'The configuration asks for something that an optional package brings, and the package is not installed.',
    remedy: 'Run the command in the message.',
  },
  BACKEND_LACKS_CAPABILITY: {
    means: 'A module needs something that the backend declares to lack, such as the scripts of Redis on ioredis-mock.',
    remedy: 'Remove redis.provider to use the engine, choose another backend, or leave the module out.',
  },
  BACKEND_CLOSED: {
    means: 'A connection was asked of a backend that has been closed.',
    remedy: 'Stop using the backend before the application stops.',
  },
  LISTENER_UNPROTECTED: {
    means: 'The listener was to be opened on an address others reach, without a password.',
    remedy: 'Set redis.standalone.listener.host to 127.0.0.1, or set redis.standalone.listener.password.',
  },
  LISTENER_FAILED: {
    means: 'The listener could not be opened, most often because the port or the socket is in use.',
    remedy: 'Set redis.standalone.listener.port to another port, or to 0 for a free one.',
  },
  METRICS_UNAVAILABLE: {
    means: 'Metrics are asked for, but the package prom-client, which is installed, cannot be loaded.',
    remedy: 'Run "npm install prom-client@15" again, or set metrics.enabled to false.',
  },
  REST_LISTEN_FAILED: {
    means: 'Redis could not be served over HTTP, most often because the port is in use.',
    remedy: 'Set redis.rest.port to another port, or to 0 for a free one.',
  },
  METRICS_ENDPOINT_FAILED: {
    means: 'The HTTP endpoint of the metrics could not be opened, most often because the port is in use.',
    remedy: 'Set metrics.port to another port, or to 0 for a free one.',
  },
  REDIS_UNREACHABLE: {
    means: 'The Redis server could not be reached while starting.',
    remedy: 'Check that it runs at the host and port in the message and that redis.tls fits.',
  },
  REDIS_AUTH_FAILED: {
    means: 'The Redis server asks for a password that is not set, or refused the user name or password.',
    remedy: 'Correct redis.username and redis.password, or the user info in redis.url.',
  },
  REDIS_TLS_FAILED: {
    means:
      'The certificate of the Redis server is not trusted, names another host, or one side talks TLS and the other does not.',
    remedy: 'Correct redis.tls.enabled, redis.tls.ca, redis.tls.server_name or the port.',
  },
  REDIS_NOT_REDIS: {
    means: 'What answers at the host and port is not a Redis server, such as a web server.',
    remedy: 'Correct the host and port the message names.',
  },
  REDIS_NOT_READY: {
    means:
      'The Redis server was reached but cannot serve: it is still loading, is in protected mode, refuses the database, is a sentinel or a node of a cluster where one server is named (or the reverse), is a cluster with slots nobody serves, is a master the sentinels do not know, or answered an error.',
    remedy: 'Read the reason in the message.',
  },
  REDIS_OPTIONS_UNAVAILABLE: {
    means:
      'redisOptions() or nodeRedisOptions() was asked of what a client made from options cannot reach: a Redis Cluster, ioredis-mock, for node-redis a master that sentinels know.',
    remedy: 'Give the library backend.connection(purpose), or a client of the factory of node-redis the message names.',
  },
  CLUSTER_UNSUPPORTED: {
    means:
      'A client was asked for what only a client of one server has (scanStream, monitor, stream, duplicate to another host), but it is that of a Redis Cluster.',
    remedy: 'Ask the nodes: "backend.cluster" is the client as ioredis types a Cluster.',
  },
  PRIVATE_SOCKET_FAILED: {
    means:
      'The socket by which "respite snapshot" and its like, or clients of node-redis, reach an engine could not be opened.',
    remedy: 'Correct what the message names, most often the temporary directory; set TMPDIR to another one.',
  },

  // The command line
  INIT_FAILED: {
    means: 'A file "respite init" writes could not be written.',
    remedy: 'Correct what the message names, most often the permissions of the folder.',
  },
  PING_FAILED: {
    means: '"respite ping" got no answer in time, or another one than PONG.',
    remedy: 'Start what should answer, wait until it has loaded its data, or name another data directory or URL.',
  },

  ...snapshotCodes,

  ...migrationCodes,

  // Stores
  INPUT_INVALID: {
    means: 'An argument cannot be used; the message names the operation, the argument and what is wrong with it.',
    remedy: 'Pass what the message asks for.',
  },
  VALUE_NOT_JSON: {
    means: 'A value was to be stored or sent that cannot be written as JSON, such as a function or a circle.',
    remedy: 'Pass plain data: objects, lists, text, numbers, booleans, null.',
  },
  VALUE_TOO_LARGE: {
    means: 'A value was to be stored or sent that is larger than 16 MiB as JSON.',
    remedy: 'Keep it elsewhere, such as in a file, and store where it is.',
  },
  STORED_DATA_INVALID: {
    means: 'A key of a store holds something the store did not write: another type, or text that is not JSON.',
    remedy: 'Correct or delete what the message names, and keep other programs off the prefix.',
  },
  STORE_FAILED: {
    means: 'Redis refused a command of a store, or could not be reached; the cause is the error it gave.',
    remedy: 'Read the cause. After a lost connection the operation may or may not have been done.',
  },
  FLUSH_ALREADY_PENDING: {
    means: 'A conversation was to be marked for flushing and is marked already.',
    remedy: 'Leave the flush to whoever marked it; a mark goes away after 30 minutes.',
  },
  STORE_CLOSED: {
    means: 'Something was asked of a store, a lock manager or an event bus while the application stops.',
    remedy: 'Finish what uses it before the application stops.',
  },
  PUBLISH_TIMED_OUT: {
    means: 'Redis did not take an event in time; it may still arrive.',
    remedy: 'Publish it again if arriving twice does no harm, or allow a longer timeout.',
  },
  LOCK_NOT_ACQUIRED: {
    means: 'Somebody else holds the lock, and kept it for as long as was waited.',
    remedy: 'Try again later, or pass a longer "wait".',
  },
  LOCK_NOT_HELD: {
    means: 'A lock was lost or released before; the message says which.',
    remedy: 'Stop what needed the lock when its signal is aborted, and acquire it anew.',
  },
  LOCK_NOT_OWNED: {
    means: 'Somebody else holds the lock by now: it expired, because its holder was stuck, or was taken away.',
    remedy: 'Stop what needed it. Raise "ttl" if the process can be busy for that long.',
  },
  RESOURCE_NOT_FOUND: {
    means: 'There is no such resource.',
    remedy: 'Check project, type, id and version; list() says what there is.',
  },
  ETAG_MISMATCH: {
    means: 'A resource was changed, or created, since the caller read it; nothing was written.',
    remedy: 'Read it again, apply the change to what it is now, and try again with its etag.',
  },
  IDEMPOTENCY_NOT_HELD: {
    means: 'An attempt was completed or failed that no longer holds its key: its time was over, or it has ended.',
    remedy: 'Undo what the attempt did; give begin() more time than the work can take.',
  },

  ...outerCodes,

  // Testing
  ENGINE_NOT_AVAILABLE: {
    means: 'An engine was asked for where there is none: the client or backend is one of a server, or is closed.',
    remedy: 'Ask while it is open, of something that runs in standalone mode or comes from respite/ioredis.',
  },
} as const satisfies Readonly<Record<string, ErrorCodeEntry>>;

/** A code Respite itself throws. Plugins add their own. */
export type ErrorCode = keyof typeof errorCodes;
