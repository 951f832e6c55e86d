/** Whoever ends TLS in front of the service under a key of their own, hears everything and passes it on. */
import { createServer } from 'node:https'
import { request as httpsRequest } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { SecureVersion } from 'node:tls'
import type { Address } from './raw.ts'
import type { TlsIdentity } from './tls-identity.ts'

export type Intruder = {
  readonly address: Address
  /** Every request that came: method and target. */
  readonly heard: readonly string[]
  close(): void
}

export type IntruderOptions = {
  readonly identity: TlsIdentity
  readonly service: Address
  readonly maxVersion?: SecureVersion
  /** Answers of its own, by the end of the target. */
  readonly lies?: Readonly<Record<string, string>>
}

function passOn(service: Address, message: IncomingMessage, response: ServerResponse): void {
  const { method, url, headers } = message
  const { host, port } = service
  const onward = httpsRequest(
    { host, port, method, path: url, headers, servername: '', rejectUnauthorized: false, agent: false },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
      answer.pipe(response)
    },
  )
  onward.on('error', () => response.destroy())
  message.pipe(onward)
}

export async function openIntruder({
  identity,
  service,
  maxVersion,
  lies = {},
}: IntruderOptions): Promise<Intruder> {
  const heard: string[] = []
  const { key, cert } = identity
  const versions = maxVersion === undefined ? {} : { maxVersion }
  const server = createServer({ key, cert, ...versions }, (message, response) => {
    heard.push(`${message.method} ${message.url}`)
    const lie = Object.entries(lies).find(([end]) => message.url?.endsWith(end) === true)
    if (lie === undefined) passOn(service, message, response)
    else response.writeHead(200, { 'content-type': 'application/jwt' }).end(lie[1])
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: { host: '127.0.0.1', port: (server.address() as AddressInfo).port, tls: true },
    heard,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
