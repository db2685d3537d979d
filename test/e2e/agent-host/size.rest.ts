import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { installedHost } from '../../support/agent-host/place';
import { onBothHosts } from '../../support/agent-host/places';

const MB = 1_000_000;

onBothHosts({}, (running) => {
  it('takes less than 150 MB of memory when it has nothing to do', async () => {
    const { host } = running();
    // V8 gives back what the start has needed once it notices that nothing happens.
    const rss = (): number =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${host.pid}/status`, 'utf8'))?.[1]) * 1024;
    for (let seconds = 1; seconds <= 240 && rss() >= 150 * MB; seconds++) {
      await pause(1000);
      // On a busy machine it may have given that up: it looks again when something has happened.
      if (seconds % 30 === 0) await fetch(`${host.url}/healthz`).then((answer) => answer.arrayBuffer());
    }
    process.stdout.write(`idle memory: ${Math.round(rss() / MB)} MB\n`);
    expect(rss()).toBeLessThan(150 * MB);
  });
});

it('takes less than 100 MB when it is installed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'agent-host-size-'));
  try {
    for (const file of ['package.json', 'package-lock.json', 'respite.tgz', '.npmrc'])
      cpSync(join(installedHost(), file), join(folder, file));
    execFileSync('npm', ['ci', '--omit=dev', '--no-audit', '--loglevel', 'error'], { cwd: folder });
    const sizes = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(join(entry.parentPath, entry.name)));
    const bytes = sizes.reduce((sum, { size }) => sum + size, 0);
    const onDisk = sizes.reduce((sum, { blocks }) => sum + blocks * 512, 0);
    process.stdout.write(
      `installed: ${Math.round(bytes / MB)} MB in ${sizes.length} files, ${Math.round(onDisk / MB)} MB in blocks of the disk\n`,
    );
    expect(bytes).toBeLessThan(100 * MB);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
