import { utf8 } from '@holdfast/core'
import type { Platform, WrappedKeys } from '../../ports.ts'
import { checkSignature } from './keystore.ts'
import { type MakeDevice, outcomeOf, present, type TestRunner } from './runner.ts'

const data = utf8('what is signed')
const wrappedOf = ({ keystore }: Platform): WrappedKeys => present(keystore.wrapped)
const wrappingKey = ({ crypto }: Platform): Uint8Array => crypto.random(32)

export function wrappedContract(make: MakeDevice, runner: TestRunner): void {
  runner.describe('wrapped keys', () => {
    keepingContract(make, runner)
    openingContract(make, runner)
    attemptContract(make, runner)
  })
}

function keepingContract(make: MakeDevice, runner: TestRunner): void {
  const { it, expect } = runner
  it('are in memory alone until they are kept, whatever is closed', async () => {
    const { platform, restart } = await make()
    const key = await platform.keystore.create('label')
    wrappedOf(platform).close()
    await checkSignature(runner, platform, key, await platform.keystore.sign('label', data))
    const again = await restart()
    expect(await again.keystore.find('label')).toBe(null)
    expect(await outcomeOf(wrappedOf(again).open('label', wrappingKey(again)))).toBe('key_missing')
  })

  it('sign after they were kept, and after a restart once they are opened', async () => {
    const { platform, restart } = await make()
    const [key, wrapping] = [await platform.keystore.create('label'), wrappingKey(platform)]
    await wrappedOf(platform).keep('label', wrapping)
    await checkSignature(runner, platform, key, await platform.keystore.sign('label', data))
    const again = await restart()
    expect(await again.keystore.find('label')).toEqual(key)
    expect(await outcomeOf(again.keystore.sign('label', data))).toBe('locked')
    expect(await outcomeOf(wrappedOf(again).keep('label', wrapping))).toBe('locked')
    await wrappedOf(again).open('label', wrapping)
    await checkSignature(runner, again, key, await again.keystore.sign('label', data))
  })

  it('are kept under another key, and then not under the old one', async () => {
    const { platform, restart } = await make()
    const [key, first] = [await platform.keystore.create('label'), wrappingKey(platform)]
    await wrappedOf(platform).keep('label', first)
    const [second, third] = [wrappingKey(platform), wrappingKey(platform)]
    await wrappedOf(platform).keep('label', second)
    const again = await restart()
    expect(await outcomeOf(wrappedOf(again).open('label', first))).toBe('key_unavailable')
    await wrappedOf(again).open('label', second)
    await wrappedOf(again).keep('label', third)
    const last = await restart()
    expect(await outcomeOf(wrappedOf(last).open('label', second))).toBe('key_unavailable')
    await wrappedOf(last).open('label', third)
    await checkSignature(runner, last, key, await last.keystore.sign('label', data))
  })

  it('are kept only when they are there', async () => {
    const { platform } = await make()
    expect(await outcomeOf(wrappedOf(platform).keep('label', wrappingKey(platform)))).toBe('key_missing')
    await platform.keystore.create('label')
    for (const length of [0, 16, 31, 33])
      expect(await outcomeOf(wrappedOf(platform).keep('label', new Uint8Array(length)))).toBe('TypeError')
  })

  it('are gone when they are removed', async () => {
    const { platform, restart } = await make()
    const wrapping = wrappingKey(platform)
    await platform.keystore.create('label')
    await wrappedOf(platform).keep('label', wrapping)
    await platform.keystore.remove('label')
    expect(await platform.keystore.find('label')).toBe(null)
    expect(await outcomeOf(platform.keystore.sign('label', data))).toBe('key_missing')
    const again = await restart()
    expect(await outcomeOf(wrappedOf(again).open('label', wrapping))).toBe('key_missing')
  })
}

function openingContract(make: MakeDevice, runner: TestRunner): void {
  const { it, expect } = runner
  it('open under their wrapping key alone, and a failure opens nothing', async () => {
    const { platform, restart } = await make()
    const wrapping = wrappingKey(platform)
    await platform.keystore.create('label')
    await wrappedOf(platform).keep('label', wrapping)
    const again = await restart()
    const changed = wrapping.slice()
    changed[31] = (changed[31] as number) ^ 1
    expect(await outcomeOf(wrappedOf(again).open('label', changed))).toBe('key_unavailable')
    expect(await outcomeOf(again.keystore.sign('label', data))).toBe('locked')
    expect(await outcomeOf(wrappedOf(again).open('other', wrapping))).toBe('key_missing')
  })

  it('are closed all at once, and opened again', async () => {
    const { platform } = await make()
    const wrapping = wrappingKey(platform)
    for (const label of ['one', 'two']) {
      await platform.keystore.create(label)
      await wrappedOf(platform).keep(label, wrapping)
    }
    wrappedOf(platform).close()
    for (const label of ['one', 'two'])
      expect(await outcomeOf(platform.keystore.sign(label, data))).toBe('locked')
    await wrappedOf(platform).open('one', wrapping)
    expect(await outcomeOf(platform.keystore.sign('one', data))).toBe('passed')
    expect(await outcomeOf(platform.keystore.sign('two', data))).toBe('locked')
  })

  it('stay closed when they were closed while they were being opened', async () => {
    const { platform } = await make()
    const wrapping = wrappingKey(platform)
    await platform.keystore.create('label')
    await wrappedOf(platform).keep('label', wrapping)
    wrappedOf(platform).close()
    const opening = outcomeOf(wrappedOf(platform).open('label', wrapping))
    wrappedOf(platform).close()
    expect(await opening).toBe('locked')
    expect(await outcomeOf(platform.keystore.sign('label', data))).toBe('locked')
  })
}

function attemptContract(make: MakeDevice, runner: TestRunner): void {
  const { it, expect } = runner
  it('have attempt keys beside them, which sign without being opened', async () => {
    const { platform, restart } = await make()
    const key = await wrappedOf(platform).attempts.create('label')
    expect(await outcomeOf(wrappedOf(platform).attempts.create('label'))).toBe('TypeError')
    expect(await platform.keystore.find('label')).toBe(null)
    wrappedOf(platform).close()
    const again = await restart()
    const { attempts } = wrappedOf(again)
    expect(await attempts.find('label')).toEqual(key)
    await checkSignature(runner, again, key, await attempts.sign('label', data))
    await attempts.remove('label')
    await attempts.remove('label')
    expect(await attempts.find('label')).toBe(null)
    expect(await outcomeOf(attempts.sign('label', data))).toBe('key_missing')
  })
}
