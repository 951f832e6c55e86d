/** Argon2id for tests that log in many times. Never for an app. */
import type { Stretch } from '../../ports.ts'
import { nodeStretch } from '../node/stretch.ts'

/** Whatever was asked for: 8 KiB, one pass, one lane. Records made with it open only with it. */
export const insecureFastStretch: Stretch = (password, salt, { length }) =>
  nodeStretch(password, salt, { memoryKiB: 8, iterations: 1, parallelism: 1, length })
