/** The contract on the platforms that run on Node; in a browser: test/web/contract.test.ts. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { nodePlatform } from '../node/platform.ts'
import { virtualPhone } from '../testing/phone.ts'
import { platformContract } from './platform.ts'
import type { DeviceUnderTest } from './runner.ts'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-platform-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function nodeDevice(): Promise<DeviceUnderTest> {
  const directory = mkdtempSync(join(folder, 'device-'))
  return { platform: nodePlatform({ directory }), restart: async () => nodePlatform({ directory }) }
}
async function virtualDevice(): Promise<DeviceUnderTest> {
  const { platform } = virtualPhone()
  return { platform, restart: async () => platform }
}

async function softDevice(): Promise<DeviceUnderTest> {
  const phone = virtualPhone({ hardware: false })
  const { platform } = phone
  return {
    platform,
    async restart() {
      phone.restart()
      return platform
    },
  }
}

const runner = { describe, it, expect }
platformContract('node', nodeDevice, { wrapped: false, sql: true, stretch: true, presence: null }, runner)
platformContract(
  'testing',
  virtualDevice,
  { wrapped: false, sql: true, stretch: false, presence: 'key' },
  runner,
)
platformContract(
  'testing, without hardware',
  softDevice,
  { wrapped: true, sql: true, stretch: false, presence: 'key' },
  runner,
)
