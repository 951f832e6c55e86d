import { type MakeDevice, hex, outcomeOf, type TestRunner } from './runner.ts'

export function recordContract(make: MakeDevice, { describe, it, expect }: TestRunner): void {
  describe('records', () => {
    it('are there after a restart, whatever they are called', async () => {
      const { platform, restart } = await make()
      const names = ['plain', '../../escape', 'device https://api.bank.example', 'имя']
      for (const name of names) await platform.storage.put(name, `text of ${name} \u{1f511}`)
      const { storage } = await restart()
      for (const name of names) expect(await storage.get(name)).toBe(`text of ${name} \u{1f511}`)
      expect(await storage.get('another')).toBe(null)
    })

    it('are replaced whole, and removed', async () => {
      const { storage } = (await make()).platform
      await storage.put('name', 'long '.repeat(1000))
      await storage.put('name', '')
      expect(await storage.get('name')).toBe('')
      await storage.delete('name')
      await storage.delete('name')
      expect(await storage.get('name')).toBe(null)
    })

    it('are one of those written at once, never a mixture', async () => {
      const { platform, restart } = await make()
      const texts = Array.from({ length: 20 }, (_, i) => String.fromCharCode(97 + i).repeat(5000))
      await Promise.all(texts.map((text) => platform.storage.put('name', text)))
      expect(texts.includes((await platform.storage.get('name')) ?? '')).toBe(true)
      expect(texts.includes((await (await restart()).storage.get('name')) ?? '')).toBe(true)
    })

    it('are listed by how their names begin', async () => {
      const { storage } = (await make()).platform
      for (const name of ['cache a', 'cache b/c', 'cache', 'cach', 'other', 'cache \uffff'])
        await storage.put(name, name)
      expect((await storage.list('cache ')).sort()).toEqual(['cache a', 'cache b/c', 'cache \uffff'])
      expect((await storage.list('')).length).toBe(6)
      expect(await storage.list('nothing')).toEqual([])
    })
  })
}

export function secretContract(make: MakeDevice, { describe, it, expect }: TestRunner): void {
  describe('secrets', () => {
    it('are there after a restart until they are removed', async () => {
      const { platform, restart } = await make()
      const secret = platform.crypto.random(32)
      await platform.secrets.put('name', secret)
      const { secrets } = await restart()
      expect(hex(await secrets.get('name'))).toBe(hex(secret))
      await secrets.put('name', secret.subarray(1))
      expect(hex(await secrets.get('name'))).toBe(hex(secret.subarray(1)))
      await secrets.delete('name')
      expect(await outcomeOf(secrets.delete('name'))).toBe('passed')
      expect(await secrets.get('name')).toBe(null)
    })

    it('are nobody else’s octets', async () => {
      const { secrets, crypto } = (await make()).platform
      const secret = crypto.random(32)
      const before = hex(secret)
      await secrets.put('name', secret)
      secret.fill(0)
      ;(await secrets.get('name'))?.fill(0)
      expect(hex(await secrets.get('name'))).toBe(before)
    })
  })
}
