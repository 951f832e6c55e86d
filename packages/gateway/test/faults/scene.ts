/** What stands around the gateways: a backend that writes down what reached it, and the sender of one-time texts. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Received = {
  readonly method: string
  readonly path: string
  readonly key: string | undefined
  /** performance.now() of its arrival. */
  readonly at: number
}

export type Scene = {
  /** Everything that reached the backend, in order. */
  readonly received: readonly Received[]
  /** How often the backend was asked to run this. */
  runs(idempotencyKey: string): number
  /** The digits of the newest text to this number. */
  digits(sendTo: string): string
  textsTo(sendTo: string): readonly string[]
  /** Called before the backend answers; it answers once that resolves. */
  onRequest: (request: Received) => void | Promise<void>
  /** Called before the sender confirms that it took a text over. */
  onText: (sendTo: string) => void
  /** The parts of a gateway's configuration that name them. */
  readonly config: Readonly<Record<string, unknown>>
  close(): void
}

const secretName = 'HOLDFAST_FAULTS_SECRET'

async function listen(answer: (message: IncomingMessage, body: string) => Promise<string>): Promise<Server> {
  const server = createServer((message, response) => {
    const chunks: Buffer[] = []
    message.on('data', (chunk: Buffer) => chunks.push(chunk))
    message.on('end', () => {
      const serve = async (): Promise<void> => {
        const body = await answer(message, Buffer.concat(chunks).toString())
        response.writeHead(200, { 'content-type': 'application/json' }).end(body)
      }
      void serve()
    })
    message.on('error', () => undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

const urlOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`

export async function openScene(): Promise<Scene> {
  const received: Received[] = []
  const texts: Array<{ to: string; text: string }> = []

  const backend = await listen(async (message) => {
    const key = message.headers['idempotency-key'] as string | undefined
    const request = { method: message.method ?? '', path: message.url ?? '', key, at: performance.now() }
    received.push(request)
    await scene.onRequest(request)
    return JSON.stringify({ run: received.filter((one) => one.key === key).length })
  })
  const sender = await listen(async (_message, body) => {
    const sent = JSON.parse(body) as { to: string; text: string }
    texts.push(sent)
    scene.onText(sent.to)
    return '{}'
  })
  process.env[secretName] = 'a secret between gateway and sender'

  const scene: Scene = {
    received,
    runs: (idempotencyKey) => received.filter(({ key }) => key === idempotencyKey).length,
    digits(sendTo: string): string {
      const digits = /\b\d{6}\b/.exec(texts.findLast(({ to }) => to === sendTo)?.text ?? '')?.[0]
      if (digits === undefined) throw new Error(`no text to ${sendTo}`)
      return digits
    },
    textsTo: (sendTo) => texts.filter(({ to }) => to === sendTo).map(({ text }) => text),
    onRequest: () => undefined,
    onText: () => undefined,
    config: {
      upstreams: [{ name: 'bank', url: urlOf(backend), identity: { mode: 'insecurePlain' } }],
      outbox: { kind: 'webhook', url: urlOf(sender), secretEnv: secretName },
    },
    close(): void {
      for (const server of [backend, sender]) {
        server.close()
        server.closeAllConnections()
      }
    },
  }
  return scene
}
