export { memoryStore } from './durable.ts'
export { type MemoryShortLived, memoryShortLived } from './short-lived.ts'
