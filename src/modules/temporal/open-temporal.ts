import { mkdirSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { parseAddress } from '../../config';
import { Clock, type InitContext, ReportsToken } from '../../container';
import { findProgram } from '../../container/find-program';
import { asError, RespiteError } from '../../errors';
import { Connections, loadClient } from './connections';
import { assertFree } from './ports';
import { Supervisor } from './supervisor';
import { supervisorReport } from './supervisor-report';
import type { TemporalConnection } from './temporal-connection';

const DEFAULT_PORT = 7233;

/** Runs a temporal program beside this process. */
export async function openSupervised({ config, logger, get, defer, signal }: InitContext): Promise<TemporalConnection> {
  const settings = config.temporal;
  const { host, port } = parseAddress(settings.host_port, DEFAULT_PORT);
  const ip = host === 'localhost' ? '127.0.0.1' : host;
  if (isIP(ip) === 0) {
    throw new RespiteError('CONFIG_INVALID', {
      message: `temporal.host_port = "${settings.host_port}" is where the temporal program listens (temporal.mode is standalone): write an IP address or localhost, or set temporal.mode to remote.`,
    });
  }
  const client = loadClient();
  const program = programOf(settings.binary);
  await assertFree(ip, port);
  if (settings.ui_port !== 0) await assertFree(ip, settings.ui_port);
  const address = `${ip.includes(':') ? `[${ip}]` : ip}:${port}`;
  const connections = new Connections(client, { ...settings, host_port: address }, { secure: false });
  defer(() => connections.close());
  const supervisor = new Supervisor({
    program,
    ip,
    port,
    uiPort: settings.ui_port,
    namespace: settings.namespace,
    dataDirectory: makeDirectory(settings.data_dir),
    startTimeout: settings.start_timeout,
    connections,
    clock: get(Clock),
    logger,
  });
  defer(() => supervisor.stop());
  await supervisor.start(signal);
  defer(get(ReportsToken).add(supervisorReport(supervisor)));
  return connections;
}

/** Uses the Temporal server at `temporal.host_port`. */
export async function openRemote({ config, logger, defer }: InitContext): Promise<TemporalConnection> {
  const connections = new Connections(loadClient(), config.temporal, { secure: true });
  defer(() => connections.close());
  await connections.assertNamespace();
  const { address, namespace } = connections;
  logger.info({ event: 'temporal_reached', address, namespace }, 'temporal answers');
  return connections;
}

function programOf(binary: string): string {
  const found = findProgram(binary === '' ? 'temporal' : binary, process.env);
  if (found !== undefined) return found;
  const where = binary === '' ? 'on PATH' : `at temporal.binary (${binary})`;
  throw new RespiteError('TEMPORAL_BINARY_MISSING', {
    message: `There is no temporal program ${where} that may be run. Install the Temporal CLI (https://docs.temporal.io/cli), or set temporal.binary to its path; temporal.mode remote uses a server that runs elsewhere. Nothing is downloaded here.`,
  });
}

function makeDirectory(path: string): string {
  const directory = resolve(path);
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    return directory;
  } catch (cause) {
    throw new RespiteError('TEMPORAL_DATA_DIR_UNUSABLE', {
      message: `temporal.data_dir = "${path}" cannot be made (${asError(cause).message}). Correct it, its owner or its mode.`,
      cause,
    });
  }
}
