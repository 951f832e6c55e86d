/** What a refusal asks to be approved, compared with the request it refused (docs/protocol.md 9.2): nothing else is ever shown. */
import {
  type ApprovalChallenge,
  type ApprovalDemand,
  bodyDigest,
  fromUtf8,
  HoldfastError,
  openChallenge,
  shownDigest,
} from '@holdfast/core'
import type { Draft } from './request.ts'
import type { EnrolledState } from './state.ts'
import type { Service } from './statement.ts'
import { presenceWay, type WrapsRecord } from './wraps.ts'

/** A demand that is about this request of this device, and shows what it digests. */
export type OpenedDemand = {
  readonly demand: ApprovalDemand
  readonly claims: ApprovalChallenge
  /** What may answer it beside the passcode. */
  readonly presence: ApprovingKey | null
}
/** `kid`: thumbprint of a presence key, or id of a passkey. */
export type ApprovingKey = { readonly label: string; readonly kid: string }

function textOf(body: Uint8Array): string {
  try {
    return fromUtf8(body)
  } catch (cause) {
    throw new HoldfastError('approval_body_refused', { cause })
  }
}

/** The passkey the service would take (PublicKeyCredentialRequestOptionsJSON); null when it names none. */
function passkeyOf({ options }: ApprovalDemand): string | null {
  const { allowCredentials } = options ?? {}
  const [first] = Array.isArray(allowCredentials) ? (allowCredentials as unknown[]) : []
  const id = typeof first === 'object' && first !== null && 'id' in first ? first.id : null
  // WebAuthn section 4: a credential id has 1023 octets at most.
  return typeof id === 'string' && /^[A-Za-z0-9_-]{1,1364}$/.test(id) ? id : null
}

/**
 * Null where the service knows another key than this device has, or one of the two none: a change of it that broke off leaves it so, and
 * the passcode does as well. Of a passkey only its authenticator knows the key, so it goes by its id.
 */
function approvingKey(
  record: WrapsRecord | null,
  { presence_key: known }: ApprovalChallenge,
  demand: ApprovalDemand,
): ApprovingKey | null {
  const way = record === null ? null : presenceWay(record)
  if (way === null || known === undefined) return null
  const kid = way.key === null ? passkeyOf(demand) : way.key
  return kid === null || (way.key !== null && kid !== known) ? null : { label: way.label, kid }
}

export type DemandContext = {
  readonly service: Service
  readonly device: EnrolledState
  readonly record: WrapsRecord | null
}

/**
 * Throws `answer_refused` for a challenge the token key did not sign, of another request, body, device, user or text than `draft` and
 * `demand` have, `approval_body_refused` for a body that could be read in two ways.
 */
export async function openDemand(
  { service, device, record }: DemandContext,
  draft: Draft,
  demand: ApprovalDemand,
): Promise<OpenedDemand> {
  const { crypto } = service.platform
  const claims = await openChallenge(demand.challenge, service.trust.keyOf, crypto)
  if (claims === null) throw new HoldfastError('answer_refused')
  const meant = {
    iss: service.origin,
    sub: device.user,
    method: draft.method,
    uri: draft.url,
    body: await bodyDigest(textOf(draft.body), crypto),
    shown: await shownDigest(demand, crypto),
    device_key: device.key.thumbprint,
  }
  const names = Object.keys(meant) as Array<keyof typeof meant>
  if (names.some((name) => claims[name] !== meant[name])) throw new HoldfastError('answer_refused')
  return { demand, claims, presence: approvingKey(record, claims, demand) }
}

/** Throws `approval_expired`. */
export function checkTime({ claims }: OpenedDemand, service: Service): void {
  if (service.now() >= claims.exp * 1000) throw new HoldfastError('approval_expired')
}
