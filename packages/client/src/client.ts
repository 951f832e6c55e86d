/** The client as the app sees it. */
import { HoldfastError } from '@holdfast/core'
import type { EnrolOptions } from './activation.ts'
import { type Session, sessionOf } from './app-session.ts'
import { type Approve, createApprover } from './approval.ts'
import { signedForOneOf } from './attempt.ts'
import { createCertificates } from './certificate.ts'
import { discard, discardAll } from './discard.ts'
import { type BoundDevice, enrol, type PendingEnrolment, resumeEnrolment } from './enrolment.ts'
import type { FactorTools } from './factor.ts'
import { createKeeper } from './keeper.ts'
import { createOffline, type OpenedOffline } from './offline.ts'
import { forgetPasscode } from './passcode.ts'
import type { Platform } from './ports.ts'
import { createStanding, type Factor, type Need, type Prompt, type Standing, standingOf } from './prompt.ts'
import { sendReports } from './report.ts'
import { deviceSigner, keyError } from './request.ts'
import type { Family } from './session.ts'
import { createState, type EnrolledState } from './state.ts'
import { createService, type Service } from './statement.ts'
import { createTurns } from './turns.ts'
import { readWraps, unlockBy, unlockByDevice, type UnlockTools } from './unlock.ts'
import { createWatch, type Standpoint } from './watch.ts'
import { createWraps, passcodeWays, presenceWay } from './wraps.ts'

export type ClientOptions = {
  /** `https://host[:port]`, or `http://` on loopback; exactly the service's public origin. */
  readonly origin: string
  /** Thumbprints of the service key and of the next one, built into the app. */
  readonly trust: readonly string[]
  readonly platform: Platform
  /** Asks the user for a factor when the service wants one; absent: such calls reject. */
  readonly prompt?: Prompt
  /** Shows the user what he is asked to approve; absent: such calls reject with `approval_required`. */
  readonly approve?: Approve
  /** Locks after so many seconds without a call of a session, a day at most; 0: never. Default 300. */
  readonly idleSeconds?: number
}

/**
 * `revoked`: the service said, signed, that this device was removed. `unproven`: it wants the identity of the user proved again. In both
 * nothing is deleted, and the user may enrol again; {@link Client.condition} says more.
 */
export type ClientStatus = 'new' | 'enrolling' | 'enrolled' | 'unproven' | 'revoked'

/** By what this device opens, as its records say. `offline`: one of the two opens the last data, too, unless its time is over. */
export type Ways = { readonly passcode: boolean; readonly presence: boolean; readonly offline: boolean }

const noWays: Ways = { passcode: false, presence: false, offline: false }

/** Whatever reads or writes the record on this device rejects with `state_unavailable` when it cannot. */
export interface Client {
  status(): Promise<ClientStatus>
  /** How this device stands, and why (docs/condition.md). Never rejects. */
  condition(): Promise<Standpoint>
  /** What the app may offer its user. Rejects with `state_unavailable` when a record cannot be read. */
  ways(): Promise<Ways>
  /** First step of enrolment. Rejects with `already_enrolled`, `activation_code_malformed` or `activation_refused`. */
  enrol(options: EnrolOptions): Promise<PendingEnrolment>
  /** Goes on with an enrolment after a crash or a lost answer. Rejects with `not_enrolled` when there is none. */
  resumeEnrolment(): Promise<PendingEnrolment | BoundDevice>
  /**
   * Opens a session: by a factor, or while the device has no passcode by its key alone. Rejects with `not_enrolled`, `key_missing`,
   * `key_unavailable`, `device_revoked`, `identity_proof_required`, `passcode_not_set`, `passcode_refused`, `passcode_locked` (with
   * `retryAfter`), `passcode_blocked`, `presence_failed`, `presence_unknown`, `share_gone`, `clone_suspected`, `vault_rolled_back`.
   */
  unlock(factor?: Factor | Readonly<Record<string, never>>): Promise<Session>
  /** Keys, tokens and vault go from memory; sessions, and what was opened offline, reject with `locked`. */
  lock(): Promise<void>
  /**
   * The last data, without the service. Default: by finger or face. Rejects with `offline_refused`, `passcode_refused`,
   * `presence_failed`.
   */
  openOffline(factor?: Factor): Promise<OpenedOffline>
  /** The user forgot the passcode: nobody opens this device any more until he proved who he is, by enrolling it again. */
  reportForgotten(): Promise<void>
  /** Removes key, records and vault from this device; its sessions end. The service is not told. */
  forget(): Promise<void>
}

function checkOrigin(origin: string): void {
  const { protocol, hostname, origin: normal } = new URL(origin)
  const loopback = hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
  if (normal !== origin || (protocol !== 'https:' && !(protocol === 'http:' && loopback))) {
    throw new TypeError('origin must be https://host[:port] without a path, or http:// on loopback')
  }
}

function checkPins(trust: readonly string[]): void {
  const sound = trust.length > 0 && trust.every((pin) => /^[A-Za-z0-9_-]{43}$/.test(pin))
  if (!sound) throw new TypeError('trust must name at least one service key thumbprint')
}

/** A timer set for longer than it can count rings at once, again and again. */
function checkIdle(seconds: number): void {
  if (!(seconds >= 0 && seconds <= 86_400)) throw new TypeError('idleSeconds is from 0 to 86400')
}

function isFactor(factor: Factor | Readonly<Record<string, never>>): factor is Factor {
  return 'passcode' in factor || 'presence' in factor
}

/** Fails early and clearly when the key of the record is not the one in the keystore. */
async function checkKey({ keystore }: Platform, { key }: EnrolledState): Promise<void> {
  const found = await keystore.find(key.label).catch((cause: unknown) => {
    throw keyError(cause)
  })
  if (found?.thumbprint !== key.thumbprint) throw new HoldfastError('key_missing')
}

export function createClient({
  origin,
  trust,
  platform,
  prompt,
  approve,
  idleSeconds = 300,
}: ClientOptions): Client {
  checkOrigin(origin)
  checkPins(trust)
  checkIdle(idleSeconds)
  const state = createState(platform.storage, origin)
  const wraps = createWraps(platform.storage, origin)
  const offline = createOffline(platform, origin)
  const service = createService({ origin, pins: [...trust], platform, state })
  const keeper = createKeeper(platform, origin, idleSeconds)
  const { clock } = platform
  const watch = createWatch({ state, clock, isOpen: () => keeper.isOpen(), end: (code) => keeper.lock(code) })

  async function bound(): Promise<EnrolledState> {
    const device = await state.device()
    if (device === null || device.phase === 'enrolling') throw new HoldfastError('not_enrolled')
    if (device.phase === 'revoked') throw new HoldfastError('device_revoked')
    return device
  }

  function toolsOf(device: EnrolledState): (errand: Service) => UnlockTools {
    const deviceKey = deviceSigner(platform, device.key)
    const certificates = createCertificates(state, device.key, deviceKey)
    const { counted } = watch
    const parts = { device, deviceKey, certificates, wraps, offline, safe: keeper.safe, counted }
    return (errand) => ({ ...parts, service: errand })
  }

  /** {@link Keeper.alone}, and only while this is the device bound here: another window may have forgotten it, and bound another. */
  function alone<Result>({ device }: EnrolledState, act: () => Promise<Result>): Promise<Result> {
    return keeper.alone(async () => {
      if ((await bound()).device !== device) throw new HoldfastError('not_enrolled')
      return act()
    })
  }

  const turn = createTurns()
  const approver = createApprover(approve, turn)

  /** The user is asked one thing at a time, however many sessions want it; nothing else waits while he thinks. */
  function ask(need: Need, tools: UnlockTools, standing: Standing): Promise<boolean> {
    return turn('dialog', async () => {
      // It may have been locked while others were asked, or while he thinks: a prompt that stays open holds up no later one.
      const given = await standing.unlessOver(async () => (prompt === undefined ? null : prompt(need)))
      if (given === null || (need.acr === 'passcode' && !('passcode' in given))) return false
      standing.family()
      standing.replace(await alone(tools.device, () => unlockBy(tools, given)))
      return true
    })
  }

  function open(family: Family, device: EnrolledState, tools: (errand: Service) => UnlockTools): Session {
    const standing: Standing = createStanding(family, {
      async least() {
        const record = await readWraps({ wraps, device })
        if (record === null) return null
        if (presenceWay(record) !== null) return 'presence'
        return passcodeWays(record).length > 0 ? 'passcode' : null
      },
      ask: (need) => ask(need, tools(service.errand()), standing),
      approve: (unapproved) => approver(() => factors(service.errand()), unapproved),
    })
    function factors(errand: Service): FactorTools {
      return { ...tools(errand), standing, alone: (act) => alone(device, act) }
    }
    keeper.open(standing)
    return sessionOf({
      tools: factors,
      service,
      standing,
      keeper,
      watch,
      device: device.device,
    })
  }

  async function unlock(device: EnrolledState, factor: Factor | null): Promise<Session> {
    await checkKey(platform, device)
    const tools = toolsOf(device)
    const first = tools(service.errand())
    const family = await alone(device, async () => {
      await discard(platform, origin, device.device).catch(() => undefined)
      return factor === null ? unlockByDevice(first) : unlockBy(first, factor)
    })
    const session = open(family, device, tools)
    await watch.opened(device.device)
    // The session need not wait for it, and what is not taken now is told next time.
    void sendReports(service.errand(), standingOf(family), state).catch(() => undefined)
    return session
  }

  return {
    status: async () => (await state.device())?.phase ?? 'new',
    condition: () => watch.now(),
    async ways(): Promise<Ways> {
      const device = await state.device()
      if (device === null || device.phase === 'enrolling' || device.phase === 'revoked') return noWays
      const record = await readWraps({ wraps, device })
      if (record === null) return noWays
      return {
        passcode: passcodeWays(record).length > 0,
        presence: presenceWay(record) !== null,
        offline: device.phase === 'enrolled' && (await offline.has(record.vault)),
      }
    },
    enrol: (options) => enrol({ service: service.errand(), state }, options),
    resumeEnrolment: () => resumeEnrolment({ service: service.errand(), state }),
    unlock: (factor = {}) =>
      keeper.opening(async () => {
        const device = await bound()
        return watch.over(device.device, () => unlock(device, isFactor(factor) ? factor : null))
      }),
    lock: () => keeper.lock('locked'),
    async openOffline(factor = { presence: true }): Promise<OpenedOffline> {
      const opened = await keeper.opening(async () => {
        const device = await bound()
        // What the service suspended is not read behind its back, either.
        if (device.phase !== 'enrolled') throw new HoldfastError('offline_refused')
        return watch.over(device.device, () => offline.open(factor))
      })
      keeper.hold(opened)
      return opened
    },
    async reportForgotten(): Promise<void> {
      const device = await bound()
      await watch.over(device.device, async () => {
        const tools = toolsOf(device)(service.errand())
        const record = await readWraps(tools)
        const ways = record === null ? [] : passcodeWays(record)
        await signedForOneOf(tools, ways, (signer) => forgetPasscode(tools.service, signer))
        await watch.keep('forgotten', device.device)
      })
    },
    async forget(): Promise<void> {
      // A record nobody can read any more must not keep its user from starting again.
      const device = await state.device().catch(() => null)
      await keeper.lock('not_enrolled')
      watch.forget()
      await discardAll(platform, origin)
      // The key before its record: when that fails the record still names it, and forgetting can be tried again.
      if (device !== null) await platform.keystore.remove(device.key.label)
      await state.forgetDevice()
    },
  }
}
