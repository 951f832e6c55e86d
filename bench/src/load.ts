/** The load process: it makes ready what its parent orders, a volley or a round of handshakes or dialogues, and does it when told. */

import { serveParent } from './child.ts'
import { loadDialogues } from './dialogue.ts'
import type { DialogueOrder } from './dialogue.ts'
import { shakeHands } from './handshakes.ts'
import type { HandshakeOrder } from './handshakes.ts'
import type { Sample } from './target.ts'
import { loadVolley } from './volley.ts'
import type { Order } from './volley.ts'

let fire: (() => Promise<Sample>) | undefined

serveParent(async (message) => {
  if (message === 'start') return 'ready'
  if (message === 'fire') return fire?.()
  fire = await made(message as Order | DialogueOrder | HandshakeOrder)
  return 'loaded'
})

async function made(order: Order | DialogueOrder | HandshakeOrder): Promise<() => Promise<Sample>> {
  if ('tls' in order && 'parallel' in order) return () => shakeHands(order)
  return 'count' in order ? loadVolley(order) : loadDialogues(order)
}
