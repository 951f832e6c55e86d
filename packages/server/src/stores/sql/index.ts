export { embeddedStore, type EmbeddedStore } from './embedded.ts'
export { postgresShortLived, postgresStore, type PostgresOptions } from './postgres.ts'
