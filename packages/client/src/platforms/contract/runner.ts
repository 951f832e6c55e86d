import { HoldfastError } from '@holdfast/core'
import type { Platform, PresencePort } from '../../ports.ts'

type Assertion = { toBe(expected: unknown): void; toEqual(expected: unknown): void }

/** What the suite needs of a test runner. vitest's `{ describe, it, expect }` fits, and so does Jest's. */
export type TestRunner = {
  readonly describe: (name: string, body: () => void) => unknown
  readonly it: (name: string, body: () => Promise<void>) => unknown
  readonly expect: (actual: unknown) => Assertion
}

/** One device with nothing stored on it. */
export type DeviceUnderTest = {
  readonly platform: Platform
  /** The same device after the app was ended and started again: what was in memory alone is gone. */
  readonly restart: () => Promise<Platform>
}

/** Called for each test; whoever makes devices throws them away. */
export type MakeDevice = () => Promise<DeviceUnderTest>

/** What a platform says it can do: it has to do it, and nothing it does not name. */
export type PlatformFeatures = {
  /** Its device keys lie wrapped on the disk. */
  readonly wrapped: boolean
  readonly sql: boolean
  /** False: none, or one for tests only. */
  readonly stretch: boolean
  /** Somebody has to touch the sensor. */
  readonly presence: PresencePort['kind'] | null
}

/** The code of a rejection, the name of any other error, or `passed`. */
export async function outcomeOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt
    return 'passed'
  } catch (error) {
    if (error instanceof HoldfastError) return error.code
    return error instanceof Error ? error.name : 'no error'
  }
}

export function present<Value>(value: Value | null | undefined): Value {
  if (value === null || value === undefined) throw new TypeError('the platform lacks what its features name')
  return value
}

export function hex(bytes: Uint8Array | null): string | null {
  if (bytes === null) return null
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
