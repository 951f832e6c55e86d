import { HoldfastError } from '@holdfast/core'
import { expect, it } from 'vitest'
import { codeOf } from '../test/rig.ts'
import { virtualPhone } from './platforms/testing/phone.ts'
import { createSafe, type Opening, type Safe } from './safe.ts'

const opening = (vaultKey: Uint8Array): Opening => ({
  vault: 'dmF1bHQ',
  vaultKey,
  mark: { known: 0, next: 1 },
  offline: null,
})
const key = (): Buffer => Buffer.from('a vault key has thirty-two bytes')

async function opened(): Promise<{ safe: Safe; given: Buffer }> {
  const safe = createSafe(virtualPhone().platform)
  const given = key()
  await safe.enter(opening(given))
  return { safe, given }
}

it('has octets of its own: zeroing what was given, or what it gave, changes nothing in it', async () => {
  const { safe, given } = await opened()
  given.fill(0)
  const first = safe.key()
  expect(Buffer.from(first)).toEqual(key())
  first.fill(0)
  expect(Buffer.from(safe.key())).toEqual(key())
})

it('has nothing before it is opened and after it is closed', async () => {
  const { safe } = await opened()
  const { preferences } = safe.vault()
  await safe.close()
  expect(safe.isOpen()).toBe(false)
  expect(() => safe.key()).toThrow(new HoldfastError('passcode_not_set'))
  expect(() => safe.vault()).toThrow(new HoldfastError('passcode_not_set'))
  expect(await codeOf(preferences.get('word'))).toBe('locked')
  await safe.close()
})

it('moves the mark of a vault that is open, and never back', async () => {
  const platform = virtualPhone().platform
  const safe = createSafe(platform)
  await safe.enter(opening(key()))
  await safe.enter({ ...opening(key()), mark: { known: 1, next: 7 } })
  await safe.close()
  expect(await codeOf(safe.enter({ ...opening(key()), mark: { known: 8, next: 9 } }))).toBe(
    'vault_rolled_back',
  )
  await safe.enter({ ...opening(key()), mark: { known: 7, next: 8 } })
  expect(safe.isOpen()).toBe(true)
})
