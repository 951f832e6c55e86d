/** Setting, changing and removing the ways in (docs/protocol.md 11.2, 12.1). All but the first passcode need a fresh one. */
import { HoldfastError, toBase64url } from '@holdfast/core'
import { signedForOneOf, signerOf } from './attempt.ts'
import { logIn, registerPasscode } from './passcode.ts'
import { weakness } from './passcode-strength.ts'
import { presencePort, provePresence, registerPresence, unregisterPresence } from './presence.ts'
import type { Standing } from './prompt.ts'
import { keyError } from './request.ts'
import { createDeviceShare, deviceShare, type Proved, removeDeviceShare } from './share.ts'
import type { DeviceKeyName } from './state.ts'
import { enter, keepWrap, readWraps, refreshOffline, type UnlockTools } from './unlock.ts'
import { derivedKey, vaultKeyBytes, zero } from './vault-key.ts'
import { wipeVault } from './vault.ts'
import { passcodeWays, presenceWay, type Way, type WrapsRecord } from './wraps.ts'

export type FactorTools = UnlockTools & {
  readonly standing: Standing
  /** One at a time with every unlock of this client: all of them write the same record. */
  alone<Result>(act: () => Promise<Result>): Promise<Result>
}

/** Where the device key is wrapped, each passcode has a bare key that signs the messages leading to an unlock, and nothing else. */
async function createAttemptKey({ service }: UnlockTools) {
  const { crypto, keystore } = service.platform
  if (keystore.wrapped === undefined) return null
  const label = `holdfast-attempt-${toBase64url(crypto.random(16))}`
  const key = await keystore.wrapped.attempts.create(label).catch((cause: unknown) => {
    throw keyError(cause)
  })
  return { label, ...key }
}

type Root = { readonly record: WrapsRecord; readonly vaultKey: Uint8Array; readonly share: Uint8Array }

/** A vault of its own for this device. One that was there before was never unlocked by it again; it stays until the device goes. */
async function newRoot({ service, device }: UnlockTools, before: WrapsRecord | null): Promise<Root> {
  const { crypto, secrets } = service.platform
  const vault = toBase64url(crypto.random(16))
  const left = before === null ? [] : [...before.left, before.vault]
  return {
    record: { version: 1, device: device.device, vault, ways: [], left },
    vaultKey: crypto.random(vaultKeyBytes),
    share: await createDeviceShare(secrets, vault, crypto),
  }
}

async function openRoot({ service, safe }: UnlockTools, before: WrapsRecord | null): Promise<Root> {
  if (before === null) throw new HoldfastError('state_unavailable')
  const share = await deviceShare(service.platform.secrets, before.vault)
  return { record: before, vaultKey: safe.key(), share }
}

/**
 * The first passcode, or another one. Old and new, each with its wrap, live side by side until a session was opened with the new one.
 * Rejects with `passcode_weak`, `passcode_unsupported`.
 */
export async function setPasscode(tools: FactorTools, passcode: string): Promise<void> {
  if (weakness(passcode) !== null) throw new HoldfastError('passcode_weak')
  const { service, standing, device } = tools
  const attempt = await createAttemptKey(tools)
  const attemptKey = attempt?.publicJwk ?? null
  const name = attempt === null ? null : { label: attempt.label, thumbprint: attempt.thumbprint }
  try {
    const way = await registerPasscode(service, standing, { device, passcode, attemptKey })
    await tools.alone(() => enterWith(tools, { way, passcode, attempt: name }))
  } catch (error) {
    if (name !== null) await unlessNamed(tools, name.label, () => removeAttemptKey(tools, name.label))
    throw error
  }
}

/**
 * Removes what a call made that failed, unless the record names it: then the wrap was written, and needs it. What may be named, or cannot be
 * removed, stays.
 */
async function unlessNamed(
  { wraps }: Pick<UnlockTools, 'wraps'>,
  name: string,
  remove: () => Promise<unknown>,
): Promise<void> {
  try {
    const record = await wraps.read()
    const named =
      record !== null && (record.vault === name || record.ways.some((way) => nameOf(way) === name))
    if (!named) await remove()
  } catch {
    // The call fails with what it failed with.
  }
}

function nameOf(way: Way): string | null {
  return way.kind === 'presence' ? way.label : (way.attempt?.label ?? null)
}

async function removeAttemptKey({ service }: UnlockTools, label: string): Promise<void> {
  await service.platform.keystore.wrapped?.attempts.remove(label)
}

async function removeRoot({ service: { platform } }: UnlockTools, vault: string): Promise<void> {
  await removeDeviceShare(platform.secrets, vault)
  await wipeVault(platform, vault)
}

async function enterWith(
  tools: FactorTools,
  {
    way,
    passcode,
    attempt,
  }: { readonly way: string; readonly passcode: string; readonly attempt: DeviceKeyName | null },
): Promise<void> {
  const { service, device, standing, safe, wraps, counted } = tools
  const { crypto, keystore } = service.platform
  const to = { kind: 'passcode', way, attempt } as const
  const signer = signerOf(tools, { ...to, held: 0, wrapped: '', behind: false })
  const before = await wraps.read()
  const first = !safe.isOpen()
  const proved = await logIn(service, { device, signer, passcode, record: way, held: 0 }, counted)
  let root: Root | null = null
  try {
    root = first ? await newRoot(tools, before) : await openRoot(tools, before)
    const { vaultKey, record } = root
    const family = await enter(tools, { ...root, before, way: to, proved }, async () => {
      if (!first || keystore.wrapped === undefined) return
      // Before the service asks for this passcode: a key that was only in memory would be lost with it.
      const wrapping = await derivedKey(vaultKey, 'deviceKey', crypto)
      await keystore.wrapped.keep(device.key.label, wrapping).finally(() => zero(wrapping))
    })
    standing.replace(family)
    await refreshOffline(tools, { vault: record.vault, vaultKey }, { kind: 'passcode', way, passcode })
  } catch (error) {
    const made = first ? (root?.record.vault ?? null) : null
    if (made !== null) await unlessNamed(tools, made, () => removeRoot(tools, made))
    throw error
  } finally {
    proved.forget()
    zero(root?.vaultKey, root?.share)
  }
}

/**
 * One change at a time, other windows included: the service has one presence key for this device, and what one change removes may be what
 * another has just made. Not {@link FactorTools.alone}: the user may be asked in it, and that unlocks.
 */
function changePresence(tools: FactorTools, act: () => Promise<void>): Promise<void> {
  const { platform, origin } = tools.service
  return platform.exclusive(`holdfast presence ${origin}`, act)
}

/** Rejects with `presence_unsupported` where no key or no secret is to be had, `presence_failed`, `passcode_not_set`. Then nothing is left. */
export function enablePresence(tools: FactorTools): Promise<void> {
  return changePresence(tools, () => enable(tools))
}

async function enable(tools: FactorTools): Promise<void> {
  const { service, standing, device, safe } = tools
  const port = await presencePort(service)
  if (!safe.isOpen()) throw new HoldfastError('passcode_not_set')
  const label = `holdfast-presence-${toBase64url(service.platform.crypto.random(16))}`
  let registered = false
  try {
    const key = await registerPresence(service, standing, { device, label })
    registered = true
    await tools.alone(async () => wrapFor(tools, key))
  } catch (error) {
    await unlessNamed(tools, label, async () => {
      if (registered) await unregisterPresence(service, standing).catch(() => undefined)
      await port.remove(label)
    })
    throw error
  }
}

type Registered = Awaited<ReturnType<typeof registerPresence>>

/** The service took the new key in the place of an older one, whose wrap goes with it. */
async function wrapFor(tools: FactorTools, { way, label, key, held }: Registered): Promise<void> {
  const { service, device } = tools
  const before = await tools.wraps.read()
  const { record, vaultKey, share } = await openRoot(tools, before)
  let proved: Proved | null = null
  try {
    const opened = await signedForOneOf(tools, passcodeWays(record), (signer) =>
      provePresence(service, { device, signer, way: { way, label, key, held } }),
    )
    proved = opened.proved
    const others = { ...record, ways: record.ways.filter(({ kind }) => kind !== 'presence') }
    const to = { kind: 'presence', way, label, key } as const
    await keepWrap(tools, { before, record: others, way: to, share, vaultKey, proved })
    const old = presenceWay(record)
    if (old !== null) await service.platform.presence?.remove(old.label).catch(() => undefined)
    const used = { kind: 'presence', way, label, secret: opened.secret } as const
    await refreshOffline(tools, { vault: record.vault, vaultKey }, used)
  } finally {
    proved?.forget()
    zero(vaultKey, share)
  }
}

/** At the service first: a key that is gone here and not there would be a way in nobody knows of. */
export function disablePresence(tools: FactorTools): Promise<void> {
  return changePresence(tools, () => disable(tools))
}

async function disable(tools: FactorTools): Promise<void> {
  const { service, standing, offline, wraps } = tools
  await unregisterPresence(service, standing)
  await tools.alone(async () => {
    const record = await readWraps(tools)
    const way = record === null ? null : presenceWay(record)
    if (record === null || way === null) return
    // The record that names it last: until then it can be asked again.
    await offline.dropWay('presence')
    await service.platform.presence?.remove(way.label)
    await wraps.write({ ...record, ways: record.ways.filter((each) => each !== way) })
  })
}
