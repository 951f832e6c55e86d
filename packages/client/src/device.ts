/** The devices of this user (docs/protocol.md 6). Both calls are signed by the device key, and so are believed only signed. */
import { HoldfastError } from '@holdfast/core'
import * as v from 'valibot'
import { readSigned } from './answer.ts'
import { callWithToken } from './call.ts'
import type { Calling } from './prompt.ts'
import type { Service } from './statement.ts'

export type Device = {
  readonly id: string
  readonly name: string
  readonly platform: string
  /** Seconds since 1970. */
  readonly created: number
  /** Seconds since 1970, or null while it may be used. */
  readonly revoked: number | null
  /** True while only a new activation helps (docs/protocol.md 14.1). */
  readonly suspended: boolean
  /** True for the device that asks. */
  readonly this: boolean
}

const listSchema = v.object({
  devices: v.array(
    v.object({
      id: v.string(),
      name: v.string(),
      platform: v.string(),
      created: v.number(),
      revoked: v.nullable(v.number()),
      suspended: v.boolean(),
      this: v.boolean(),
    }),
  ),
})

/** An own call without a body; its answer is JSON the service signed. */
async function own(
  service: Service,
  standing: Calling,
  call: { method: 'GET' | 'DELETE'; url: string; signer: 'any' | 'device' },
): Promise<unknown> {
  const { method, url, signer } = call
  return callWithToken(service, standing, {
    draft: { method, url, fields: [], body: new Uint8Array(0) },
    signer,
    timeoutCovers: 'answer',
    accept: (answer, sent) => readSigned(answer, sent, service.trust),
  })
}

export async function listDevices(service: Service, standing: Calling): Promise<Device[]> {
  const { statement } = await service.statement()
  const url = service.origin + statement.endpoints.devices
  const list = v.safeParse(listSchema, await own(service, standing, { method: 'GET', url, signer: 'device' }))
  if (!list.success) throw new HoldfastError('answer_refused')
  return list.output.devices
}

/** Rejects with `not_found` for a device of another user; content when it was removed before. */
export async function removeDevice(service: Service, standing: Calling, id: string): Promise<void> {
  if (!/^[A-Za-z0-9_-]{16,128}$/.test(id)) throw new TypeError('not a device id')
  const { statement } = await service.statement()
  await own(service, standing, {
    method: 'DELETE',
    url: `${service.origin}${statement.endpoints.devices}/${id}`,
    signer: 'device',
  })
}

/** Ends the family at the service (docs/protocol.md 5). */
export async function endSession(service: Service, standing: Calling): Promise<void> {
  const { statement } = await service.statement()
  await own(service, standing, {
    method: 'DELETE',
    url: service.origin + statement.endpoints.session,
    signer: 'any',
  })
}
