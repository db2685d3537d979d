// What `respite/ioredis` loads: like ioredis a plain CommonJS module that is the class itself, without the __esModule
// mark by which bundlers would look for another `default`. Written out so that Node finds the names for `import { ... }`.
module.exports = require('./index') as unknown;
