/** Finger or face (docs/protocol.md 12): proved by a key that only it opens, never by what a dialogue returned. */
import {
  HoldfastError,
  jwsInput,
  openReleaseWith,
  parsePresenceChallenge,
  parsePresenceRegistered,
  parsePresenceRegistrationChallenge,
  parsePresenceResult,
  passkeyChallenge,
  presenceGrant,
  presencePaths,
  type PresenceRegistrationFinish,
  type PresenceStatement,
  presenceWrappingKey,
  type SigningKey,
  thumbprint,
  toBase64url,
} from '@holdfast/core'
import { readSigned } from './answer.ts'
import { callWithToken } from './call.ts'
import type { PresencePort, PresenceProved } from './ports.ts'
import type { Calling } from './prompt.ts'
import { type Draft, jsonDraft, postRepeatable } from './request.ts'
import type { Proved } from './share.ts'
import type { EnrolledState } from './state.ts'
import type { Service } from './statement.ts'
import { zero } from './vault-key.ts'
import type { PresenceWay } from './wraps.ts'

/** Rejects with `presence_unsupported`. */
export async function presencePort({ platform: { presence } }: Service): Promise<PresencePort> {
  if (presence === null || !(await presence.available())) throw new HoldfastError('presence_unsupported')
  return presence
}

async function urlOf(service: Service, path: string): Promise<string> {
  const { statement } = await service.statement()
  return service.origin + statement.endpoints.presence + path
}

/** What a presence key signs: the first two parts of a JWS. */
function signedText(key: string, statement: PresenceStatement): string {
  return jwsInput('hf-presence+jwt', { kid: key }, statement)
}

/** What goes to the service of a proof: a JWS, or WebAuthn's answer. */
function proofOf(
  proof: PresenceProved['proof'],
  text: string,
): { kind: 'key'; proof: string } | { kind: 'passkey'; response: Record<string, unknown> } {
  if (proof instanceof Uint8Array) return { kind: 'key', proof: `${text}.${toBase64url(proof)}` }
  return { kind: 'passkey', response: proof }
}

export type PresenceOptions = {
  readonly device: EnrolledState
  readonly signer: SigningKey
  readonly way: Pick<PresenceWay, 'way' | 'label' | 'key' | 'held'> | PresenceToBe
}
/** Registered, without a wrap so far. */
export type PresenceToBe = {
  readonly way: string
  readonly label: string
  readonly key: string | null
  readonly held: 0
}

/** What one touch opened here and at the service. `secret` (32 octets) is the caller's to zero. */
export type PresenceOpened = { readonly proved: Proved; readonly secret: Uint8Array }

/** Rejects with `presence_failed`, `presence_unsupported` where no secret comes with it, `presence_unknown`, `presence_refused`. */
export async function provePresence(
  service: Service,
  { device, signer, way }: PresenceOptions,
): Promise<PresenceOpened> {
  const { crypto } = service.platform
  const port = await presencePort(service)
  const url = await urlOf(service, presencePaths.challenges)
  const asked = parsePresenceChallenge(await postRepeatable(service, url, { presence: way.way }, signer))
  const seed = crypto.random(32)
  let secret: Uint8Array | null = null
  try {
    const { publicKey } = await crypto.hpke.deriveKeyPair('x25519', seed)
    const statement: PresenceStatement = {
      iss: service.origin,
      device_key: device.key.thumbprint,
      challenge: asked.challenge,
      reply_key: toBase64url(publicKey),
      held: way.held,
    }
    const text = way.key === null ? '' : signedText(way.key, statement)
    const touched = await port.prove(way.label, {
      text,
      challenge: await passkeyChallenge(statement, crypto),
      ...(asked.options === undefined ? {} : { options: asked.options }),
    })
    if (touched.secret === null) throw new HoldfastError('presence_unsupported')
    secret = touched.secret
    const body = { ...proofOf(touched.proof, text), reply_key: statement.reply_key, held: way.held }
    const { release } = parsePresenceResult(
      await postRepeatable(service, `${url}/${asked.challenge_id}`, body, signer),
    )
    return {
      secret,
      proved: openedBy(secret, asked.challenge_id, {
        release: await openReleaseWith(seed, asked.challenge_id, release, crypto),
        crypto,
      }),
    }
  } catch (error) {
    zero(secret)
    throw error
  } finally {
    zero(seed)
  }
}

function openedBy(
  secret: Uint8Array,
  factor: string,
  { release, crypto }: Pick<Proved, 'release'> & Pick<Service['platform'], 'crypto'>,
): Proved {
  return {
    grant: presenceGrant,
    factor,
    release,
    wrappingKey: (share, serverShare) =>
      presenceWrappingKey({ secret, deviceShare: share, serverShare }, crypto),
    forget: () => zero(secret),
  }
}

function ownCall(service: Service, standing: Calling, draft: Draft): Promise<unknown> {
  return callWithToken(service, standing, {
    draft,
    signer: 'device',
    timeoutCovers: 'answer',
    accept: (answer, sent) => readSigned(answer, sent, service.trust),
  })
}

type Made = Awaited<ReturnType<PresencePort['create']>>

function finishOf({ proof, publicJwk }: Made, text: string): PresenceRegistrationFinish {
  const said = proofOf(proof, text)
  if (said.kind === 'passkey') return said
  if (publicJwk === undefined) throw new HoldfastError('presence_unsupported')
  return { ...said, public_key: publicJwk }
}

/**
 * Makes key and secret under `label` and tells the service of the key; needs a fresh passcode. Rejects with `presence_unsupported` where no
 * secret comes with the key: then nothing is told. What the platform made is the caller's to remove when this fails.
 */
export async function registerPresence(
  service: Service,
  standing: Calling,
  { device, label }: { readonly device: EnrolledState; readonly label: string },
): Promise<PresenceToBe> {
  const { crypto } = service.platform
  const port = await presencePort(service)
  const url = await urlOf(service, presencePaths.registrations)
  const asked = parsePresenceRegistrationChallenge(
    await ownCall(service, standing, jsonDraft(url, { kind: port.kind })),
  )
  const statement: PresenceStatement = {
    iss: service.origin,
    device_key: device.key.thumbprint,
    challenge: asked.challenge,
    reply_key: '',
    held: 0,
  }
  const made = await port.create(label, {
    text: (key) => signedText(key, statement),
    challenge: await passkeyChallenge(statement, crypto),
    ...(asked.options === undefined ? {} : { options: asked.options }),
  })
  if (made.secret === null) throw new HoldfastError('presence_unsupported')
  zero(made.secret)
  const key = made.publicJwk === undefined ? null : await thumbprint(made.publicJwk, crypto)
  const finish = finishOf(made, key === null ? '' : signedText(key, statement))
  const registered = await ownCall(service, standing, jsonDraft(`${url}/${asked.registration}`, finish))
  return { way: parsePresenceRegistered(registered).presence, label, key, held: 0 }
}

/** Content when there is none. Needs a fresh passcode. */
export async function unregisterPresence(service: Service, standing: Calling): Promise<void> {
  const url = await urlOf(service, '')
  await ownCall(service, standing, { method: 'DELETE', url, fields: [], body: new Uint8Array(0) })
}
