export { openPkcs11 } from './kms.ts'
export type { TokenOptions } from './token.ts'
