/** A finger for tests: a key and a secret that one finger opens until another one is enrolled. */
import {
  type CryptoPort,
  HoldfastError,
  type KeyPair,
  type PublicJwk,
  thumbprint,
  utf8,
} from '@holdfast/core'
import type { PresencePort, PresenceProved } from '../../ports.ts'

export type VirtualFinger = PresencePort & {
  /** The user cancels the next `times` prompts. */
  cancel(times: number): void
  /** Another finger is held on the sensor the next `times`. */
  wrongFinger(times: number): void
  /** Another finger is enrolled in the phone: every key and secret made so far is gone for good. */
  enrolFinger(): void
  /** From now on the authenticator gives no secret, as a passkey without PRF; `false`: it does again. */
  withoutSecret(without?: boolean): void
  /** From now on there is no sensor at all; `false`: there is again. */
  absent(absent?: boolean): void
  /** How often the user was asked. */
  readonly prompts: number
  /** The keys now in it. */
  readonly labels: readonly string[]
}

type Bound = { readonly pair: KeyPair; readonly secret: Uint8Array }

export function virtualFinger(crypto: CryptoPort): VirtualFinger {
  const bound = new Map<string, Bound>()
  let refusals = 0
  let secretless = false
  let missing = false
  let prompts = 0

  function touch(): void {
    prompts++
    if (refusals === 0) return
    refusals--
    throw new HoldfastError('presence_failed')
  }
  async function use(label: string): Promise<Bound> {
    const found = bound.get(label)
    // Without its key there is nothing to prompt for.
    if (found === undefined) throw new HoldfastError('presence_unknown')
    touch()
    return found
  }
  const secretOf = ({ secret }: Bound): Uint8Array | null => (secretless ? null : new Uint8Array(secret))

  return {
    kind: 'key',
    available: async () => !missing,
    async create(label, { text }): Promise<PresenceProved & { readonly publicJwk: PublicJwk }> {
      if (missing) throw new HoldfastError('presence_unsupported')
      touch()
      const made = { pair: await crypto.generateKeyPair(), secret: crypto.random(32) }
      bound.set(label, made)
      const { publicJwk, privateKey } = made.pair
      const signed = utf8(text(await thumbprint(publicJwk, crypto)))
      return { secret: secretOf(made), proof: await crypto.sign(privateKey, signed), publicJwk }
    },
    async prove(label, { text }): Promise<PresenceProved> {
      const found = await use(label)
      return { secret: secretOf(found), proof: await crypto.sign(found.pair.privateKey, utf8(text)) }
    },
    async secret(label): Promise<Uint8Array> {
      const secret = secretOf(await use(label))
      if (secret === null) throw new HoldfastError('presence_failed')
      return secret
    },
    async remove(label): Promise<void> {
      bound.delete(label)
    },
    cancel(times: number): void {
      refusals = times
    },
    wrongFinger(times: number): void {
      refusals = times
    },
    enrolFinger: (): void => bound.clear(),
    withoutSecret(without = true): void {
      secretless = without
    },
    absent(absent = true): void {
      missing = absent
    },
    get prompts(): number {
      return prompts
    },
    get labels(): readonly string[] {
      return [...bound.keys()]
    },
  }
}
