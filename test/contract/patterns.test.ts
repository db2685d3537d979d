import { contract, type Step, useServers } from './harness';

useServers();

// Apart from the other cases about keys, which a mock is tried with: these take it for ever.
contract('patterns with a thousand stars, and more, which match nothing', [
  ['SET', 'a'.repeat(3000), 1],
  ...[1000, 1001, 1002].flatMap((count): Step[] => [
    ['KEYS', '*?'.repeat(count)],
    ['KEYS', `${'*?'.repeat(count - 1)}*`],
    ['KEYS', '?*'.repeat(count)],
    ['KEYS', `${'**?'.repeat(count - 1)}**`],
    ['SCAN', 0, 'MATCH', '*a'.repeat(count)],
    ['SCAN', 0, 'MATCH', `*${'a'.repeat(count)}*`],
  ]),
]);
