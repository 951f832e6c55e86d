/** The load process: it makes ready what its parent orders, one volley or one round of handshakes, and does it when told. */

import { serveParent } from './child.ts'
import { shakeHands } from './handshakes.ts'
import type { HandshakeOrder } from './handshakes.ts'
import type { Sample } from './target.ts'
import { loadVolley } from './volley.ts'
import type { Order } from './volley.ts'

let fire: (() => Promise<Sample>) | undefined

serveParent(async (message) => {
  if (message === 'start') return 'ready'
  if (message === 'fire') return fire?.()
  const order = message as Order | HandshakeOrder
  fire = 'traffic' in order ? await loadVolley(order) : () => shakeHands(order)
  return 'loaded'
})
