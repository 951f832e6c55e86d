/** The body of an exchange's request, wherever it comes from: off the socket, or out of a seal. */
import { HoldfastError } from '@holdfast/core'
import type { RequestHead } from '@holdfast/server'
import type { Exchange } from './exchange.ts'
import { emptyBody, hasBody, spool, type SpoolOptions } from './spool.ts'

export type BodyOptions = Omit<SpoolOptions, 'address'>

/** Null when the client left. Makes no promise where nothing has to be waited for. Throws or rejects with `tooLarge`, or `overloaded`. */
export function bodyOf(
  exchange: Exchange,
  head: RequestHead,
  options: BodyOptions,
): Promise<Uint8Array | null> | Uint8Array {
  if (exchange.opened !== null) return withinLimit(exchange.opened.sealed.body, options)
  if (!hasBody(head.fields)) return emptyBody
  const body = spool(exchange.message, head.fields, { ...options, address: exchange.remote })
  if (exchange.expectsContinue) exchange.response.writeContinue()
  return body.then((bytes) => {
    exchange.heldBytes = bytes?.length ?? 0
    return bytes
  })
}

/** What came with a seal was counted as that. */
function withinLimit(body: Uint8Array, { limitBytes, tooLarge }: BodyOptions): Uint8Array {
  if (body.length > limitBytes) throw new HoldfastError(tooLarge)
  return body
}
