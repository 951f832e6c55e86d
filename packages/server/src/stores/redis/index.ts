export { redisShortLived, type RedisOptions } from './short-lived.ts'
