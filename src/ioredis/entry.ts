// What `respite/ioredis` loads: like ioredis a plain CommonJS module that is the class itself, without the __esModule mark
// by which bundlers would look for another `default`: `const Redis = require('respite/ioredis')`.
// The build adds, in a form that Node recognises, which names there are for `import { ... }`.
const own = require('./index') as typeof import('./index');
// Defined, not assigned: the class inherits ioredis' own exports, which are getters.
module.exports = Object.defineProperties(own.Redis, Object.getOwnPropertyDescriptors({ ...own }));
