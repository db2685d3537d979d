import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { SETTINGS, type Settings } from '../settings/settings';
import { DefinitionsService } from './definitions.service';
import { KINDS } from './kinds';

/**
 * Reads the folder of definitions when the host starts. A file counts when it has changed since it was last read: what was
 * edited over HTTP meanwhile stays otherwise.
 */
@Injectable()
export class LoadFolder implements OnApplicationBootstrap {
  private readonly logger = new Logger('Definitions');

  constructor(
    private readonly definitions: DefinitionsService,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** @throws HostError what is wrong with a file: a host that cannot do what it was told to does not start */
  async onApplicationBootstrap(): Promise<void> {
    for (const kind of KINDS) {
      const folder = join(this.settings.definitions, kind);
      const files = existsSync(folder) ? readdirSync(folder).filter((file) => /\.ya?ml$/.test(file)) : [];
      for (const file of files.sort()) {
        const source = readFileSync(join(folder, file), 'utf8');
        const digest = createHash('sha256').update(source).digest('hex');
        const name = basename(file).replace(/\.ya?ml$/, '');
        const before = await this.definitions.find(kind, name);
        if (before?.file === digest) continue;
        await this.definitions.put(kind, name, { source, file: digest });
        this.logger.log(`${kind}/${name} ${before === undefined ? 'defined' : 'changed'} by ${join(folder, file)}`);
      }
    }
  }
}
