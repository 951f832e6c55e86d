export { durableContract, type MakeDurable } from './durable.ts'
export { shortLivedContract, type MakeShortLived } from './short-lived.ts'
export type { TestRunner } from './runner.ts'
