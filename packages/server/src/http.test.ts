import { HoldfastError } from '@holdfast/core'
import { externalKey, nodeCrypto } from '@holdfast/core/node-crypto'
import { expect, test } from 'vitest'
import { createKey, createStage, origin, send } from '../test/stage.ts'
import { problemAnswer } from './http.ts'
import { verifySignature } from './signature.ts'

test('while the token key is away a refusal is store_unavailable, unsigned, and says nothing of the key', async () => {
  const { keys } = (await createStage()).deployment
  const cause = new Error('canary: the HSM is away')
  const away = externalKey(() => {
    throw new HoldfastError('store_unavailable', { cause })
  })
  const stage = await createStage(
    {},
    { keys: { ...keys, token: () => ({ ...keys.token(), privateKey: away }) } },
  )
  const key = await createKey()
  const { head } = await send(stage, key, { method: 'GET', target: '/holdfast/devices' })
  const verifyKey = nodeCrypto.importPublicKey(key.jwk)
  const known = { thumbprint: key.thumbprint, verifyKey }
  verifySignature(head, { origin, routeFields: [], key: known })
  const answer = await problemAnswer(new HoldfastError('device_revoked'), head, stage.deployment)
  const usual = await problemAnswer(new HoldfastError('device_revoked'), head, { ...stage.deployment, keys })
  expect(usual.fields.map(([name]) => name)).toContain('signature')
  expect(answer.status).toBe(503)
  expect(answer.fields).toContainEqual(['holdfast-error', 'store_unavailable'])
  expect(answer.fields.map(([name]) => name)).not.toContain('signature')
  expect(Buffer.from(answer.body).toString()).not.toMatch(/canary|device_revoked/)
})
