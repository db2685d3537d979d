import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listSettings, loadConfig, redact, schema } from '../../../src/config';
import { jsonSchemaOf } from '../../../src/config/json-schema';

const root = join(__dirname, '../../..');

describe('what is generated from the settings', () => {
  it('schemas/config.json is up to date (npm run schema)', () => {
    const written: unknown = JSON.parse(readFileSync(join(root, 'schemas/config.json'), 'utf8'));
    expect(written).toEqual(jsonSchemaOf(schema));
  });

  it('respite.example.yaml is valid and shows every supported setting with its default', () => {
    const example = join(root, 'respite.example.yaml');
    const { sources, config } = loadConfig({ configFile: example });
    const { config: defaults } = loadConfig({ configFile: false });
    expect(config).toEqual({ ...defaults, mode: 'standalone' });
    const supported = listSettings(schema);
    // One way to name the server excludes the other; the example has it in a comment.
    const missing = supported.filter(({ path }) => sources.get(path)?.kind !== 'file').map(({ path }) => path);
    expect(missing).toEqual([
      'redis.url',
      'redis.sentinels',
      'redis.sentinel_name',
      'redis.sentinel_username',
      'redis.sentinel_password',
      'redis.cluster_nodes',
    ]);
  });

  it('the schema respite.example.yaml names is there once it is copied beside the node_modules with the package', () => {
    const [, named = ''] = /\$schema=(\S+)/.exec(readFileSync(join(root, 'respite.example.yaml'), 'utf8')) ?? [];
    const [folder, inPackage = ''] = named.split('node_modules/respite/');
    expect(folder).toBe('./');
    expect(JSON.parse(readFileSync(join(root, inPackage), 'utf8'))).toEqual(jsonSchemaOf(schema));
    const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { files: string[] };
    expect(files).toContain(inPackage.split('/')[0]);
  });

  it('docs/configuration/schema.md lists every setting with its default', () => {
    const guide = readFileSync(join(root, 'docs/configuration/schema.md'), 'utf8');
    const missing = listSettings(schema).filter(({ path, setting }) => {
      const value = JSON.stringify(redact(setting, setting.default));
      return !guide.includes(`| \`${path}\` | \`${value}\` |`);
    });
    expect(missing.map(({ path }) => path)).toEqual([]);
  });
});
