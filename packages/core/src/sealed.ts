/** Sealed requests (docs/protocol.md 8): Binary HTTP, padded, in the encapsulation of RFC 9458. */
import {
  type BinaryRequest,
  type BinaryResponse,
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
  maxBinaryHead,
} from './binary-http.ts'
import { fromBase64url } from './bytes.ts'
import type { CryptoPort, SealingSuite } from './crypto/port.ts'
import {
  decapsulate,
  encapsulate,
  encapsulationOverhead,
  type KeyConfiguration,
  parseKeyConfiguration,
  type SealingKey,
} from './encapsulation.ts'
import { type ErrorCode, HoldfastError } from './errors.ts'
import type { ServiceStatement } from './statement.ts'

export const sealedPath = '/holdfast/sealed'
export const sealedRequestType = 'message/ohttp-req'
export const sealedAnswerType = 'message/ohttp-res'

/** Octets of a body that is sealed, in either direction: it is held in memory as a whole. */
export const maxSealedBody: number = 10 * 2 ** 20

/** The shortest plaintext, in octets: most calls and most refusals look alike. */
const minPadded = 512

/**
 * Padmé ("Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", PoPETs 2019/4, section 4): a length
 * keeps only as many leading bits as its own length has in binary, so it says O(log log n) bits and grows by 12 % at most.
 */
export function paddedLength(length: number): number {
  if (length <= minPadded) return minPadded
  const exponent = 31 - Math.clz32(length)
  const kept = 32 - Math.clz32(exponent)
  const step = 2 ** (exponent - kept)
  return Math.ceil(length / step) * step
}

/** The longest sealed request or answer, in octets. */
export const maxSealedMessage: number =
  paddedLength(maxBinaryHead + maxSealedBody + 16) + encapsulationOverhead

function pad(message: Uint8Array): Uint8Array {
  const padded = new Uint8Array(paddedLength(message.length))
  padded.set(message)
  return padded
}

function checkSize(body: Uint8Array, code: ErrorCode): void {
  if (body.length > maxSealedBody) throw new HoldfastError(code)
}

/**
 * The best key of the statement this device can seal to; null when there is none, and then nothing may be sent that has to be
 * sealed. Throws `statement_refused` for an entry that is no key configuration.
 */
export function chooseSealingKey(
  sealing: ServiceStatement['sealing'],
  suites: readonly SealingSuite[],
): KeyConfiguration | null {
  for (const { config } of sealing ?? []) {
    const configuration = readConfiguration(config)
    if (configuration !== null && suites.includes(configuration.suite)) return configuration
  }
  return null
}

function readConfiguration(text: string): KeyConfiguration | null {
  try {
    return parseKeyConfiguration(fromBase64url(text))
  } catch (cause) {
    throw new HoldfastError('statement_refused', { cause })
  }
}

export type SealedRequest = {
  /** The body of the outer POST. */
  readonly message: Uint8Array
  /** Throws `answer_refused` unless the service made it for this very request. */
  readonly open: (sealed: Uint8Array) => Promise<BinaryResponse>
}

/** Throws `sealed_body_too_large`, and what {@link encodeRequest} throws. */
export async function sealRequest(
  request: BinaryRequest,
  configuration: KeyConfiguration,
  crypto: CryptoPort,
): Promise<SealedRequest> {
  checkSize(request.body, 'sealed_body_too_large')
  const { message, open } = await encapsulate(pad(encodeRequest(request)), configuration, crypto)
  return {
    message,
    async open(sealed: Uint8Array): Promise<BinaryResponse> {
      if (sealed.length > maxSealedMessage) throw new HoldfastError('answer_refused')
      const plaintext = await open(sealed)
      try {
        return decodeResponse(plaintext)
      } catch (cause) {
        throw new HoldfastError('answer_refused', { cause })
      }
    },
  }
}

export type OpenedRequest = {
  readonly request: BinaryRequest
  /** Throws `answer_too_large`, and what {@link encodeResponse} throws. */
  readonly seal: (response: BinaryResponse) => Promise<Uint8Array>
}

/**
 * Throws `sealed_request_refused` alike for everything that does not open; `sealed_body_too_large`; for what opened and is no
 * Binary HTTP request `bad_request` or `header_too_large`.
 */
export async function openSealedRequest(
  message: Uint8Array,
  key: SealingKey,
  crypto: CryptoPort,
): Promise<OpenedRequest> {
  if (message.length > maxSealedMessage) throw new HoldfastError('sealed_body_too_large')
  const { plaintext, seal } = await decapsulate(message, key, crypto)
  const request = decodeRequest(plaintext)
  checkSize(request.body, 'sealed_body_too_large')
  return {
    request,
    async seal(response: BinaryResponse): Promise<Uint8Array> {
      checkSize(response.body, 'answer_too_large')
      return seal(pad(encodeResponse(response)))
    },
  }
}
