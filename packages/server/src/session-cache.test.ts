import { defaultRule } from '@holdfast/core'
import { expect, it } from 'vitest'
import { createRig, enrol, type Phone, type Rig, seconds, signedHead, unlock } from '../test/rig.ts'
import type { VerifiedRequest } from './request.ts'
import { createSessionCache } from './session-cache.ts'
import type { Invalidation } from './store.ts'

const body = new TextEncoder().encode('{}')

/** A request whose head has passed, and whose body is still to come. */
async function headOnly(rig: Rig, phone: Phone): Promise<VerifiedRequest> {
  const { session, tokens } = await unlock(rig, phone)
  const fields = [
    ['authorization', `Holdfast ${tokens.access_token}`],
    ['idempotency-key', 'a-body-that-is-late'],
  ] as const
  const created = seconds(rig.clock)
  const head = await signedHead({ method: 'POST', target: '/pay', key: session, created, body, fields })
  return rig.server.verify(head, defaultRule)
}

it('takes a late body while its session lives', async () => {
  const rig = await createRig()
  const verified = await headOnly(rig, await enrol(rig, 'ann'))
  rig.clock.advance(29_000)
  expect(() => rig.server.verifyBody(verified, body)).not.toThrow()
})

it('refuses a late body once the device was revoked or the session ended, known again or not', async () => {
  const rig = await createRig()
  const phone = await enrol(rig, 'ann')
  const verified = await headOnly(rig, phone)
  await rig.server.devices.revoke(phone.id, 'operator')
  // What was looked at less than a second ago is recent enough.
  rig.clock.advance(899)
  expect(() => rig.server.verifyBody(verified, body)).not.toThrow()
  rig.clock.advance(1)
  const late = expect.objectContaining({ code: 'request_timeout' })
  expect(() => rig.server.verifyBody(verified, body)).toThrow(late)
  // Another request of the same session brings what is known up to date.
  const created = seconds(rig.clock)
  const fields = [['authorization', verified.head.fields.get('authorization') ?? '']] as const
  const key = phone.device
  const next = await signedHead({ method: 'GET', target: '/', key, created, fields })
  await expect((async () => rig.server.verify(next, defaultRule))()).rejects.toMatchObject({
    code: 'device_revoked',
  })
  expect(() => rig.server.verifyBody(verified, body)).toThrow(late)
})

it('reads a session again when it ended while it was read, and only then', async () => {
  const rig = await createRig()
  const phone = await enrol(rig, 'ann')
  const { tokens } = await unlock(rig, phone)
  const { store } = rig.deployment
  /** What happens between the answer of the store and its arrival. */
  const meanwhile: Array<() => Promise<unknown>> = []
  let tell: (event: Invalidation) => void = () => undefined
  let reads = 0
  const cache = await createSessionCache({
    ...rig.deployment,
    store: {
      ...store,
      subscribe(listener) {
        tell = listener
        return store.subscribe(listener)
      },
      async findSession(sid) {
        reads++
        const found = await store.findSession(sid)
        await meanwhile.shift()?.()
        return found
      },
    },
  })

  meanwhile.push(async () => tell({ sid: 'of-somebody-else' }))
  expect(await cache.find(tokens.access_token)).toMatchObject({ device: { revokedAt: null } })
  expect(reads).toBe(1)
  tell({ all: true })
  meanwhile.push(() => rig.server.devices.revoke(phone.id, 'operator'))
  expect(await cache.find(tokens.access_token)).toMatchObject({ device: { revokedAt: rig.clock.now() } })
  expect(reads).toBe(3)
})
