/** Requests signed and then sealed as docs/protocol.md 8 says, with the client's own code. */

import {
  fromBase64url,
  parseKeyConfiguration,
  sealedPath,
  sealedRequestType,
  sealRequest,
} from '@holdfast/core'
import type { BinaryResponse, KeyConfiguration } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/core/node-crypto'
import { signing } from './signed.ts'
import type { SignedTraffic } from './signed.ts'
import type { Make, Sealed } from './target.ts'

/** State of `make`. */
export interface SealedTraffic {
  readonly inner: SignedTraffic
  /** A key configuration of the statement, b64u. */
  readonly config: string
  /** What is sealed carries no credentials. */
  readonly bare: boolean
}

export const make: Make = async (state, count) => {
  const { inner, config, bare } = state as SealedTraffic
  const configuration = configurationOf(config)
  const sign = bare ? () => new Map<string, string>() : signing(inner)
  const requests: Sealed[] = []
  for (let number = 0; number < count; number += 1) {
    const { bytes, open } = await seal(inner, sign(), configuration)
    requests.push({ bytes, inside: async (answer) => (await open(answer)).status })
  }
  return requests
}

/** `config`: b64u of a key configuration. */
export function configurationOf(config: string): KeyConfiguration {
  const configuration = parseKeyConfiguration(fromBase64url(config))
  if (configuration === null) throw new TypeError('a sealing key of a suite nobody knows')
  return configuration
}

/** One request on the wire, and what opens the body of its answer. */
export interface Enveloped {
  readonly bytes: Uint8Array
  readonly open: (body: Uint8Array) => Promise<BinaryResponse>
}

export async function seal(
  { origin, method, path, body }: Omit<SignedTraffic, 'signers'>,
  fields: ReadonlyMap<string, string>,
  configuration: KeyConfiguration,
): Promise<Enveloped> {
  const { protocol, host } = new URL(origin)
  const request = {
    method,
    scheme: protocol.slice(0, -1),
    authority: host,
    path,
    fields: [['accept', 'application/json'] as const, ...fields],
    body: Buffer.from(body),
  }
  const { message, open } = await sealRequest(request, configuration, nodeCrypto)
  const lines = [
    `POST ${sealedPath} HTTP/1.1`,
    `host: ${host}`,
    `content-type: ${sealedRequestType}`,
    `content-length: ${message.length}`,
  ]
  return { bytes: Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), message]), open }
}
