/** The client certificate of a device key: asked for, kept, renewed (docs/protocol.md 10). The carrier shows it. */
import { HoldfastError, type SigningKey } from '@holdfast/core'
import * as v from 'valibot'
import { readSigned } from './answer.ts'
import { converse } from './exchange.ts'
import { jsonDraft, sign } from './request.ts'
import type { DeviceKeyName, State } from './state.ts'
import type { Service } from './statement.ts'

/** The part of a certificate's life after which another is asked for. */
const renewAfter = 0.5
/** After a failure the service is left alone for so long, while there is a session at all. */
const retryMs = 60_000

const answerSchema = v.strictObject({
  certificate: v.pipe(v.string(), v.maxLength(65_536), v.startsWith('-----BEGIN CERTIFICATE-----\n')),
  expires: v.pipe(v.number(), v.safeInteger()),
})

export type Certificates = {
  /**
   * The certificate calls go out under (PEM), a new one when there is none yet or half of its life is over. Null when the
   * service takes none, when this platform cannot show one, and while none can be had: then calls go out without.
   */
  ready(service: Service): Promise<string | null>
  /** Runs a call that goes out under this certificate; when the service refuses it, once more under another. */
  under<Result>(service: Service, call: (certificate: string | null) => Promise<Result>): Promise<Result>
  /** Asks for another one, whatever is left of the life of the one that is held. */
  replace(service: Service): Promise<void>
}

function isCertificateRefusal(error: unknown): boolean {
  if (!(error instanceof HoldfastError)) return false
  return error.code === 'certificate_refused' || isCertificateRefusal(error.cause)
}

export function createCertificates(state: State, key: DeviceKeyName, deviceKey: SigningKey): Certificates {
  let running: Promise<void> | null = null
  let failedAt = -Infinity

  /**
   * Each try has a signature of its own: a second certificate does no harm. Asked without showing one: the one that is held may be what
   * keeps connections from being made.
   */
  async function ask(service: Service): Promise<void> {
    const { statement } = await service.statement()
    const draft = jsonDraft(service.origin + statement.endpoints.certificate, {})
    const direct = { ...service, carry: service.direct }
    const answer = await converse(direct, {
      prepare: () => sign(service, draft, deviceKey),
      accept: (received, sent) => readSigned(received, sent, service.trust),
      repeatable: true,
    })
    const parsed = v.safeParse(answerSchema, answer)
    const now = service.now() / 1000
    if (!parsed.success || parsed.output.expires <= now) throw new HoldfastError('answer_refused')
    const { certificate, expires } = parsed.output
    await state.saveCertificate({
      version: 1,
      key,
      certificate,
      renew: now + (expires - now) * renewAfter,
      expires,
    })
  }

  /** However many want one at once, one is asked for. Without one the session goes on as far as the service lets it. */
  function renew(service: Service): Promise<void> {
    const { clock } = service.platform
    if (clock.monotonic() - failedAt < retryMs) return Promise.resolve()
    running ??= ask(service)
      .catch(() => {
        failedAt = clock.monotonic()
      })
      .finally(() => {
        running = null
      })
    return running
  }

  async function ready(service: Service): Promise<string | null> {
    const { statement } = await service.statement()
    if (statement.mutual === undefined || !service.platform.tls.identity) return null
    const held = await state.certificate()
    if (held !== null && service.now() < held.renew * 1000) return held.certificate
    await renew(service)
    const renewed = await state.certificate()
    return renewed !== null && service.now() < renewed.expires * 1000 ? renewed.certificate : null
  }

  async function replace(service: Service): Promise<void> {
    const held = await state.certificate()
    if (held !== null) await state.saveCertificate({ ...held, renew: 0 })
    await ready(service)
  }

  return {
    ready,
    replace,
    async under<Result>(
      service: Service,
      call: (certificate: string | null) => Promise<Result>,
    ): Promise<Result> {
      const certificate = await ready(service)
      try {
        return await call(certificate)
      } catch (error) {
        // Where none was shown none was refused, whoever says so.
        if (certificate === null || !isCertificateRefusal(error)) throw error
        await replace(service)
        const other = await ready(service)
        if (other === certificate) throw error
        return call(other)
      }
    },
  }
}
