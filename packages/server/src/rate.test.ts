import { expect, test } from 'vitest'
import { createStage, fifty, tally } from '../test/stage.ts'
import { limitRate, networkOf } from './rate.ts'

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::FFFF:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:0db8:0001:0002::', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:db8::3:4:5:6:7', '2001:db8:0:3::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['unknown', 'unknown'],
])('%s is counted as %s', (remote, network) => {
  expect(networkOf(remote)).toBe(network)
})

test('of fifty at once as many pass as allowed; the next minute begins anew', async () => {
  const { deployment, pass } = await createStage()
  const hit = () => limitRate('name', '192.0.2.1', 7, deployment)
  expect(await tally(fifty(hit))).toEqual({ none: 7, rate_limited: 43 })
  pass(59.999)
  expect(await tally([hit()])).toEqual({ rate_limited: 1 })
  pass(0.001)
  expect(await tally([hit()])).toEqual({ none: 1 })
})

test('names and networks are counted apart', async () => {
  const { deployment } = await createStage()
  const runs = [
    limitRate('one', '192.0.2.1', 1, deployment),
    limitRate('two', '192.0.2.1', 1, deployment),
    limitRate('one', '192.0.2.2', 1, deployment),
    limitRate('one', '2001:db8::1', 1, deployment),
    limitRate('one', '2001:db8::2', 1, deployment),
  ]
  expect(await tally(runs)).toEqual({ none: 4, rate_limited: 1 })
})
