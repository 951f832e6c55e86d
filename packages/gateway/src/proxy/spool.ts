/** A request body, held in memory until its digest is checked: a backend sees no octet before that. */
import type { IncomingMessage } from 'node:http'
import { type ErrorCode, type Fields, HoldfastError } from '@holdfast/core'
import { createGathering } from './gathering.ts'
import type { Load } from '../line/limits.ts'
import { atEndOfTurn } from './turn.ts'

/** Who gets a body frees `body.length` of the load when done with it. */
export type SpoolOptions = {
  readonly limitBytes: number
  readonly load: Load
  /** Whose share of the load it is. */
  readonly address: string
  /** What a body over the limit is called. */
  readonly tooLarge: ErrorCode
}

export const emptyBody: Uint8Array = new Uint8Array(0)

export function hasBody(fields: Fields): boolean {
  return fields.has('transfer-encoding') || (fields.get('content-length') ?? '0') !== '0'
}

const deliver = atEndOfTurn((act: () => void) => act())

/**
 * Null when the client left while it was sending. Rejects with `tooLarge` or `overloaded`; what was held is free
 * again then. Time is bounded by the listener, which cuts connections that are too slow.
 */
export function spool(
  message: IncomingMessage,
  fields: Fields,
  options: SpoolOptions,
): Promise<Uint8Array | null> {
  const { limitBytes, load, address, tooLarge } = options
  const statedBytes = Number(fields.get('content-length') ?? limitBytes)
  if (statedBytes > limitBytes) throw new HoldfastError(tooLarge)
  return new Promise((resolve, reject) => {
    // No chunk is kept: each would cost far more memory than the octet that may be all it holds.
    const body = createGathering({ atMostBytes: statedBytes })

    function stop(): void {
      message.off('data', take).off('end', finish).off('close', leave)
    }
    function fail(error: unknown): void {
      stop()
      load.free(body.length, address)
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- passes on what was thrown
      reject(error)
    }
    function take(chunk: Buffer): void {
      try {
        if (body.length + chunk.length > limitBytes) throw new HoldfastError(tooLarge)
        load.hold(chunk.length, address)
      } catch (error) {
        fail(error)
        return
      }
      body.append(chunk)
    }
    function finish(): void {
      stop()
      deliver(() => resolve(body.take()))
    }
    function leave(): void {
      stop()
      load.free(body.length, address)
      resolve(null)
    }
    message.on('data', take).on('end', finish).on('close', leave)
  })
}
