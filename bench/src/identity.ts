/** What a phone gets from the gateway before it sends anything: the sealing key of the statement, its client certificate. */

import { fromBase64url, fromUtf8 } from '@holdfast/core'
import { askOnce, bodyOf } from './connection.ts'
import { origin } from './place.ts'
import { requestText, signing } from './signed.ts'
import type { Phone } from './signed.ts'

/** The first key configuration of the statement, b64u. */
export async function sealingConfig(port: number): Promise<string> {
  const request = `GET /.well-known/holdfast HTTP/1.1\r\nhost: ${new URL(origin).host}\r\n\r\n`
  const [, payload = ''] = bodyOf(await askOnce(port, request))
    .toString()
    .split('.')
  const { sealing } = JSON.parse(fromUtf8(fromBase64url(payload))) as { sealing?: { config: string }[] }
  if (sealing?.[0] === undefined) throw new Error('the statement offers no sealing key')
  return sealing[0].config
}

/** PEM, for the device key of the phone. */
export async function clientCertificate(port: number, { device }: Phone): Promise<string> {
  const call = {
    origin,
    method: 'POST',
    path: '/holdfast/certificate',
    body: '{}',
    signers: [device],
  } as const
  const { status, text } = await askOnce(port, requestText(call, signing(call)()))
  if (status !== 200) throw new Error(`no client certificate: ${text}`)
  return (JSON.parse(text.slice(text.indexOf('\r\n\r\n'))) as { certificate: string }).certificate
}
