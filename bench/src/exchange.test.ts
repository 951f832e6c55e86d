import { encapsulate } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { expect, test } from 'vitest'
import { createExchange, createRecipient } from './exchange.ts'

test('the yardstick of a sealed exchange is one: core seals to it and opens its answer', async () => {
  const recipient = createRecipient()
  const exchange = createExchange(recipient, 9)
  const configuration = { id: 9, suite: 'x25519', publicKey: recipient.publicKey } as const
  const [asked, answered] = [nodeCrypto.random(1024), nodeCrypto.random(1024)]
  const { message, open } = await encapsulate(asked, configuration, nodeCrypto)
  const { plaintext, sealed } = exchange(message, answered)
  expect(Buffer.from(plaintext)).toEqual(Buffer.from(asked))
  expect(Buffer.from(await open(sealed))).toEqual(Buffer.from(answered))
})
