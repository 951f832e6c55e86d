/** Tokens for the gateway's tests: one SoftHSM for all packages. */
export * from '../../server/test/softhsm.ts'
