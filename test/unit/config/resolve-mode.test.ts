import { loadConfig, resolveMode } from '../../../src/config';

const configOf = (...argv: string[]): ReturnType<typeof loadConfig>['config'] =>
  loadConfig({ configFile: false, argv: argv.flatMap((setting) => ['--set', setting]) }).config;

describe('FR-6, FR-11: the mode of a component', () => {
  it.each([
    [[], 'redis', 'distributed', 'default'],
    [['mode=standalone'], 'redis', 'standalone', 'mode'],
    [['mode=standalone', 'redis.mode=distributed'], 'redis', 'distributed', 'redis.mode'],
    [['mode=distributed', 'redis.mode=standalone'], 'redis', 'standalone', 'redis.mode'],
    [['mode=standalone', 'redis.mode='], 'redis', 'standalone', 'mode'],
    [['mode=standalone'], 'mcpproxy', 'standalone', 'mode'],
    [['mode=standalone'], 'temporal', 'standalone', 'mode'],
    [['mode=distributed'], 'temporal', 'remote', 'mode'],
    [[], 'temporal', 'remote', 'default'],
  ] as const)('%j: %s is %s, decided by %s', (settings, component, mode, decidedBy) => {
    expect(resolveMode(component, configOf(...settings))).toEqual({ mode, decidedBy });
  });
});
