/** A bank whose every answer holds something that is nobody else's business. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { replyType, sealReply, utf8 } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'

export type Bank = { readonly port: number; close(): void }

export async function openBank(secrets: {
  readonly balance: string
  readonly mark: string
  readonly cardPin: string
}): Promise<Bank> {
  async function answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    await message.toArray()
    const key = message.headers['holdfast-reply-key']
    if (typeof key === 'string') {
      const reply = await sealReply(key, utf8(secrets.cardPin), nodeCrypto)
      response.writeHead(200, { 'content-type': replyType }).end(reply)
      return
    }
    response
      .writeHead(200, { 'content-type': 'application/json', 'x-mark': secrets.mark })
      .end(JSON.stringify({ balance: secrets.balance }))
  }
  const server = createServer((message, response) => {
    answer(message, response).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close(): void {
      server.close()
      server.closeAllConnections()
    },
  }
}
