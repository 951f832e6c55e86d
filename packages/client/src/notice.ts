/** What the other devices of a user should know (docs/protocol.md 14.4): security events, newest first. */
import { HoldfastError } from '@holdfast/core'
import * as v from 'valibot'
import { readSigned } from './answer.ts'
import { callWithToken } from './call.ts'
import type { Calling } from './prompt.ts'
import type { Service } from './statement.ts'

export type Notice = {
  readonly id: number
  /** Seconds since 1970. */
  readonly at: number
  /** Such as `passcode.changed`. */
  readonly kind: string
  /** Name of the device it is about. */
  readonly device: string
}

const schema: v.GenericSchema<unknown, { notices: Notice[] }> = v.object({
  notices: v.array(v.object({ id: v.number(), at: v.number(), kind: v.string(), device: v.string() })),
})

export async function listNotices(service: Service, standing: Calling): Promise<Notice[]> {
  const { statement } = await service.statement()
  const url = service.origin + statement.endpoints.notices
  const answer = await callWithToken(service, standing, {
    draft: { method: 'GET', url, fields: [], body: new Uint8Array(0) },
    signer: 'any',
    timeoutCovers: 'answer',
    accept: (received, sent) => readSigned(received, sent, service.trust),
  })
  const list = v.safeParse(schema, answer)
  if (!list.success) throw new HoldfastError('answer_refused')
  return list.output.notices
}
