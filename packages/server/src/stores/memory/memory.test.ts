import { describe, expect, it } from 'vitest'
import { durableContract, shortLivedContract } from '../contract/index.ts'
import { memoryShortLived, memoryStore } from './index.ts'

const runner = { describe, it, expect }

durableContract('memory', async () => [memoryStore()], runner)
shortLivedContract(
  'memory',
  async () => ({ nodes: [memoryShortLived()], wipe: async () => [memoryShortLived()] }),
  runner,
)

describe('memoryShortLived', () => {
  it('forgets nonces after their end, and only then', () => {
    const store = memoryShortLived()
    const life = 65
    const first = (nonce: string, now: number) => store.useNonce('key', nonce, now, now + life).first
    // Three windows of steady traffic, one nonce each millisecond.
    for (let now = 0; now < 3 * life; now += 1) {
      expect(first(`nonce-${now}`, now)).toBe(true)
      expect(first(`nonce-${Math.max(0, now - life + 1)}`, now)).toBe(false)
    }
    expect(first('nonce-0', 3 * life)).toBe(true)
  })

  it('stays right when the clock goes back', () => {
    const store = memoryShortLived()
    const first = (nonce: string, now: number) => store.useNonce('key', nonce, now, now + 65).first
    expect(first('one', 1000)).toBe(true)
    expect(first('two', 900)).toBe(true)
    expect(first('one', 900)).toBe(false)
    expect(first('one', 1064)).toBe(false)
  })
})
