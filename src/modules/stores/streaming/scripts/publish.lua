-- Publishes from the node that owns a key. A Cluster's nodes forward to each other at their own pace: only what one node
-- publishes keeps its order. And unlike PUBLISH a script waits its turn while the connection is being made.
-- KEYS: 1 named after the channel; not touched
-- ARGV: 1 channel, 2 message
-- Reply: how many subscribers of that node got it
return redis.call('PUBLISH', ARGV[1], ARGV[2])
