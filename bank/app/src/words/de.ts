import { approval } from './de/approval.ts'
import { daily } from './de/daily.ts'
import { errors } from './de/errors.ts'
import { standing } from './de/standing.ts'
import { start } from './de/start.ts'
import type { Words } from './en.ts'

export const de: Words = { start, daily, approval, standing, errors }
