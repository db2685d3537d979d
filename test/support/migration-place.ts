import { type EmbeddedEngine, openEngine } from '../../src/engine';
import { type ImportFileOptions, importTo } from '../../src/migration/move';
import type { OpenPlace } from '../../src/migration/place';
import { type ImportReport, openInput } from '../../src/modules/migration';
import { handleOf } from '../../src/redis-engine';
import { ORACLE, type OracleVersion } from './oracle';

/** An engine in this process, as exports and imports see one. */
export interface EnginePlace extends OpenPlace {
  readonly engine: EmbeddedEngine;
}

/** Makes one. @param version of Redis to be; default that of the server the run compares with */
export function enginePlace(version: OracleVersion = ORACLE): EnginePlace {
  const engine = openEngine({ version });
  const client = handleOf(engine).connect();
  return {
    name: 'an engine',
    engine,
    client,
    shared: true,
    now: () => Date.now(),
    commit: async () => {},
    close: async () => {
      client.disconnect();
      engine.close();
    },
  };
}

/** Imports a file into an open place. */
export async function importFile(
  place: OpenPlace,
  path: string,
  options: Omit<ImportFileOptions, 'name'> = {},
): Promise<ImportReport> {
  const file = await openInput(path);
  try {
    return await importTo(place, file, { name: path, ...options });
  } finally {
    await file.close();
  }
}
