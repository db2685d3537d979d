// What `respite/redis` loads: all names of the application's node-redis, and ours, of which some stand in the place of its own.
// The build says which they are in a form that Node recognises, for `import { ... }`.
const { nodeRedis, ...own } = require('./index') as typeof import('./index');
// Getters stay getters: node-redis loads some of its parts when they are asked for.
Object.defineProperties(module.exports, {
  ...Object.getOwnPropertyDescriptors(nodeRedis),
  ...Object.getOwnPropertyDescriptors({ ...own }),
});
