import type { FactorStore, LoginRecord, PasscodeRecord, TryInput, TryResult } from '../../store-factors.ts'
import { judgeTry, triesLeft } from '../tries.ts'
import { isTrusted } from './presence.ts'
import { note, type HeldLogin, type Records } from './records.ts'
import { dropShare } from './share.ts'

type Acts = Pick<
  FactorStore,
  | 'addPasscode'
  | 'findPasscode'
  | 'listPasscodes'
  | 'findDeviceByAttemptKey'
  | 'takePasscodeTry'
  | 'saveLogin'
  | 'findLogin'
  | 'finishLogin'
>

export function passcodeActs(records: Records): Acts {
  const { devices, passcodes, logins, repeats } = records
  return {
    async addPasscode(record, audit) {
      if (!isTrusted(records, record.deviceId)) return false
      const known = passcodes.get(record.id)
      if (known) return known.deviceId === record.deviceId
      if (isTaken(records, record)) return false
      for (const other of passcodes.values()) {
        if (other.deviceId !== record.deviceId || other.state !== 'pending') continue
        passcodes.delete(other.id)
        dropShare(records, record.deviceId, other.id)
      }
      passcodes.set(record.id, { ...record })
      note(records, audit)
      return true
    },

    async findPasscode(id) {
      const held = passcodes.get(id)
      return held ? copyOf(held) : null
    },

    async listPasscodes(deviceId) {
      return [...passcodes.values()].filter((held) => held.deviceId === deviceId).map(copyOf)
    },

    async findDeviceByAttemptKey(thumbprint) {
      const held = [...passcodes.values()].find((one) => one.attemptKeyThumbprint === thumbprint)
      const device = held && devices.get(held.deviceId)
      return device ? { ...device } : null
    },

    async takePasscodeTry(input) {
      const { login } = input
      if (!isTrusted(records, login.deviceId) || passcodes.get(login.recordId)?.deviceId !== login.deviceId)
        return { kind: 'gone' }
      return takeTry(records, input)
    },

    async saveLogin(id, sealedState, repeat) {
      const login = logins.get(id)
      if (!login) return null
      login.sealedState ??= sealedState
      if (login.sealedState === sealedState) repeats.set(repeat.requestHash, { ...repeat })
      return login.sealedState
    },

    async findLogin(id, now) {
      const held = logins.get(id)
      if (!held || held.finished || held.expiresAt <= now) return null
      const { finished: _, ...login } = held
      return login
    },

    async finishLogin(factor, repeat, audit) {
      const { id, deviceId, way, provedAt: now } = factor
      const login = openLogin(records, { id, deviceId, approvalId: null, now })
      if (login?.recordId !== way) return false
      endLogin(records, login)
      records.factors.set(factor.id, { ...factor })
      repeats.set(repeat.requestHash, { ...repeat })
      note(records, audit)
      return true
    },
  }
}

/** A login of this device that was begun for this, when it and its passcode still stand. */
export function openLogin(
  records: Records,
  asked: Pick<LoginRecord, 'id' | 'deviceId' | 'approvalId'> & { readonly now: number },
): HeldLogin | null {
  const login = records.logins.get(asked.id)
  if (!login || login.finished || login.expiresAt <= asked.now) return null
  const { deviceId, recordId, approvalId } = login
  if (deviceId !== asked.deviceId || approvalId !== asked.approvalId) return null
  const standing = isTrusted(records, deviceId) && records.passcodes.get(recordId)?.deviceId === deviceId
  return standing ? login : null
}

/** The device's tries are forgotten, and its user gets this one back. */
export function endLogin({ devices, passcodeTries, accountTries }: Records, login: HeldLogin): void {
  login.finished = true
  passcodeTries.delete(login.deviceId)
  const account = accountTries.get(devices.get(login.deviceId)?.user ?? '')
  if (account) account.tries = Math.max(0, account.tries - 1)
}

/** Callers get copies, so nothing they do changes what is stored. */
function copyOf(held: PasscodeRecord): PasscodeRecord {
  return { ...held }
}

function isTaken(
  { devicesByKey, passcodes }: Records,
  { deviceId, attemptKeyThumbprint }: PasscodeRecord,
): boolean {
  if (attemptKeyThumbprint === null) return false
  if (devicesByKey.has(attemptKeyThumbprint)) return true
  const holders = [...passcodes.values()].filter((one) => one.attemptKeyThumbprint === attemptKeyThumbprint)
  return holders.some((one) => one.deviceId !== deviceId)
}

function takeTry(records: Records, { login, user, limits, now, audit }: TryInput): TryResult {
  const { logins, passcodeTries, accountTries } = records
  const device = passcodeTries.get(login.deviceId)
  const earlier = [...logins.values()].find(
    (one) => one.deviceId === login.deviceId && one.ke1Digest === login.ke1Digest,
  )
  if (earlier && earlier.expiresAt > now) {
    const { finished: _, ...known } = earlier
    return { kind: 'known', login: known, left: triesLeft(device?.failures ?? 0, limits) }
  }
  const verdict = judgeTry({ device, account: accountTries.get(user) }, limits, now)
  if (verdict.kind !== 'take') return verdict
  if (earlier) logins.delete(earlier.id)
  logins.set(login.id, { ...login, finished: false })
  passcodeTries.set(login.deviceId, verdict.device)
  accountTries.set(user, verdict.account)
  note(records, audit)
  return { kind: 'taken', left: verdict.left }
}
