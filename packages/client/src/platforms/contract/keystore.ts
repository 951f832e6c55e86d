import { thumbprint, utf8 } from '@holdfast/core'
import type { Platform, StoredKey } from '../../ports.ts'
import { type MakeDevice, outcomeOf, type TestRunner } from './runner.ts'

const data = utf8('what is signed')

/** Throws unless it is a signature of `data` under this key and of nothing else. */
export async function checkSignature(
  { expect }: TestRunner,
  { crypto }: Platform,
  { publicJwk }: Pick<StoredKey, 'publicJwk'>,
  signature: Uint8Array,
  text: Uint8Array = data,
): Promise<void> {
  const key = await crypto.importPublicKey(publicJwk)
  expect(signature.length).toBe(64)
  expect(await crypto.verify(key, text, signature)).toBe(true)
  expect(await crypto.verify(key, utf8('something else'), signature)).toBe(false)
}

export function keystoreContract(make: MakeDevice, runner: TestRunner): void {
  const { describe, it, expect } = runner
  describe('keystore', () => {
    it('makes a key that signs, under its label', async () => {
      const { platform } = await make()
      const { keystore, crypto } = platform
      const [one, two] = [await keystore.create('one'), await keystore.create('two')]
      expect(one.thumbprint === two.thumbprint).toBe(false)
      expect(one.thumbprint).toBe(await thumbprint(one.publicJwk, crypto))
      expect(Object.keys(one.publicJwk).sort()).toEqual(['crv', 'kty', 'x', 'y'])
      expect(await keystore.find('one')).toEqual(one)
      await checkSignature(runner, platform, one, await keystore.sign('one', data))
      await checkSignature(runner, platform, two, await keystore.sign('two', data))
    })

    it('replaces no key', async () => {
      const { keystore } = (await make()).platform
      const key = await keystore.create('label')
      expect(await outcomeOf(keystore.create('label'))).toBe('TypeError')
      expect(await keystore.find('label')).toEqual(key)
    })

    it('says for certain that there is none', async () => {
      const { keystore } = (await make()).platform
      expect(await keystore.find('label')).toBe(null)
      expect(await outcomeOf(keystore.sign('label', data))).toBe('key_missing')
    })

    it('removes one key, however often', async () => {
      const { keystore } = (await make()).platform
      await keystore.create('gone')
      const stays = await keystore.create('stays')
      await keystore.remove('gone')
      await keystore.remove('gone')
      await keystore.remove('never there')
      expect(await keystore.find('gone')).toBe(null)
      expect(await outcomeOf(keystore.sign('gone', data))).toBe('key_missing')
      expect(await keystore.find('stays')).toEqual(stays)
    })

    it('takes any text for a label', async () => {
      const { keystore } = (await make()).platform
      const labels = ['../../escape', 'a b/c', 'ключ', '__proto__']
      const keys = new Map<string, StoredKey>()
      for (const label of labels) keys.set(label, await keystore.create(label))
      for (const label of labels) expect(await keystore.find(label)).toEqual(keys.get(label))
    })
  })
}

/** Of a keystore that keeps what `create` made. */
export function lastingKeyContract(make: MakeDevice, runner: TestRunner): void {
  runner.it('keeps a key over a restart', async () => {
    const { platform, restart } = await make()
    const key = await platform.keystore.create('label')
    const again = await restart()
    runner.expect(await again.keystore.find('label')).toEqual(key)
    await checkSignature(runner, again, key, await again.keystore.sign('label', data))
  })
}
