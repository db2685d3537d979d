/** Redis' `maxmemory-policy` values. */
export const EVICTION_POLICIES = [
  'volatile-lru',
  'volatile-lfu',
  'volatile-random',
  'volatile-ttl',
  'allkeys-lru',
  'allkeys-lfu',
  'allkeys-random',
  'noeviction',
] as const;
/** What goes when the memory is full: `maxmemory-policy`. */
export type EvictionPolicy = (typeof EVICTION_POLICIES)[number];
