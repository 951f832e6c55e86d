import { expect, test } from 'vitest'
import { createStage, tally } from '../test/stage.ts'
import { createLocalRate } from './local-rate.ts'

test('counts a network, for a minute that begins with its first hit', async () => {
  const { deployment, pass } = await createStage()
  const rate = createLocalRate(2, deployment)
  const check = async (remote: string): Promise<void> => rate.check(remote)
  rate.hit('2001:db8::1')
  pass(30)
  rate.hit('2001:db8::2')
  expect(await tally(['2001:db8::3', '2001:db8:0:1::1', '192.0.2.1'].map(check))).toEqual({
    rate_limited: 1,
    none: 2,
  })
  pass(29.999)
  expect(await tally([check('2001:db8::1')])).toEqual({ rate_limited: 1 })
  pass(0.001)
  rate.hit('2001:db8::1')
  expect(await tally([check('2001:db8::1')])).toEqual({ none: 1 })
})

test('ten thousand networks at most are remembered', async () => {
  const { deployment } = await createStage()
  const rate = createLocalRate(1, deployment)
  const address = (i: number): string => `192.0.${Math.floor(i / 256)}.${i % 256}`
  for (let i = 0; i < 10_001; i++) rate.hit(address(i))
  expect(() => rate.check(address(0))).not.toThrow()
  expect(() => rate.check(address(1))).toThrow(expect.objectContaining({ code: 'rate_limited' }))
})
