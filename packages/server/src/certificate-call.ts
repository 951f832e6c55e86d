/** A device asks for its client certificate, for the first time or again (docs/protocol.md 10). */
import { X509Certificate } from 'node:crypto'
import { HoldfastError } from '@holdfast/core'
import { auditEntry } from './audit.ts'
import { issueCertificate } from './ca.ts'
import type { Deployment } from './deployment.ts'
import { identifyDevice } from './device-call.ts'
import { checkFresh } from './freshness.ts'
import type { RequestHead } from './head.ts'
import { limitCertificates } from './rate.ts'

export type IssuedCertificate = {
  /** PEM; the CA stands behind it directly, so the chain is this one certificate. */
  certificate: string
  /** Seconds since 1970. */
  expires: number
}

export interface Certificates {
  /**
   * A certificate for the device key that signed the call: that signature is the proof of possession. Throws `grant_refused`,
   * `device_revoked`, `rate_limited`, `not_found` when this deployment has no CA, or what the signature deserves.
   */
  issue(head: RequestHead): Promise<IssuedCertificate>
}

export function createCertificates(deployment: Deployment): Certificates {
  const { store, keys, clock, policy, origin } = deployment
  return {
    async issue(head: RequestHead): Promise<IssuedCertificate> {
      const { device, signature } = await identifyDevice(head, deployment)
      await checkFresh(signature, deployment)
      const ca = keys.ca()
      if (ca === null) throw new HoldfastError('not_found')
      await limitCertificates(device.id, deployment)
      const now = clock.now()
      const { certificate, expires } = issueCertificate(ca, {
        device: device.id,
        uri: `${origin}/holdfast/devices/${device.id}`,
        publicJwk: device.publicKey,
        now,
        lifeSeconds: policy.certificate.lifeSeconds,
      })
      const x509 = new X509Certificate(certificate)
      const { user, id } = device
      const detail = { serial: x509.serialNumber, expires }
      // Written down first: a certificate the audit cannot hold is not given out.
      await store.appendAudit(
        auditEntry('certificate.issued', { at: now, actor: id, user, device: id, detail }),
      )
      return { certificate: x509.toString(), expires }
    },
  }
}
