import { writeFileSync } from 'node:fs';
import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { HostError } from '../errors/host-error';
import { SETTINGS, type Settings } from '../settings/settings';
import { UsersService } from './users.service';

/** Somebody has to be the first: a host without users makes `admin`, and keeps the key in a file only its owner can read. */
@Injectable()
export class FirstAdmin implements OnApplicationBootstrap {
  private readonly logger = new Logger('Users');

  constructor(
    private readonly users: UsersService,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if ((await this.users.list()).length > 0) return;
    try {
      const key = await this.users.create({ name: 'admin', role: 'admin' });
      writeFileSync(this.settings.admin_key_file, `${key}\n`, { mode: 0o600 });
      this.logger.log(`made the user "admin"; the key is in ${this.settings.admin_key_file}`);
    } catch (failure) {
      // Another process of this host was faster.
      if (!(failure instanceof HostError && failure.code === 'USER_EXISTS')) throw failure;
    }
  }
}
