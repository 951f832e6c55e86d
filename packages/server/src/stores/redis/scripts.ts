/**
 * KEYS: epoch marker, nonce. ARGV: now, time to live (ms). Answers [first, epoch].
 * One script is one atomic act, so no racer sees the nonce without the marker.
 */
export const useNonceScript = `
local epoch = redis.call('GET', KEYS[1])
if not epoch then
  epoch = ARGV[1]
  redis.call('SET', KEYS[1], epoch)
end
local first = redis.call('SET', KEYS[2], '', 'NX', 'PX', ARGV[2])
return { first and 1 or 0, epoch }
`

/**
 * KEYS: counter. ARGV: now, window (ms). Answers the count. The end of the window is kept beside the count and judged by
 * the caller's time, as everywhere; the key's own time to live only frees the memory.
 */
export const hitScript = `
local endsAt = redis.call('HGET', KEYS[1], 'endsAt')
if not endsAt or tonumber(endsAt) <= tonumber(ARGV[1]) then
  redis.call('HSET', KEYS[1], 'endsAt', ARGV[1] + ARGV[2], 'hits', 0)
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return redis.call('HINCRBY', KEYS[1], 'hits', 1)
`
