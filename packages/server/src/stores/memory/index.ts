export { memoryStore } from './durable.ts'
export { memoryShortLived } from './short-lived.ts'
