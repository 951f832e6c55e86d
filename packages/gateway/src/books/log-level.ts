/** Apart from log.ts: commands check a configuration without loading the logger. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]
