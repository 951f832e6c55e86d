import type { FactorStore, PasscodeRecord, TryInput, TryResult } from '../../store-factors.ts'
import { judgeTry, triesLeft } from '../tries.ts'
import { note, type Records } from './records.ts'
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
  const isLive = (id: string): boolean => {
    const device = devices.get(id)
    return device !== undefined && device.revokedAt === null && device.suspendedFor === null
  }
  return {
    async addPasscode(record, audit) {
      if (!isLive(record.deviceId)) return false
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
      if (!isLive(login.deviceId) || passcodes.get(login.recordId)?.deviceId !== login.deviceId)
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
      const login = logins.get(factor.id)
      if (!login || login.finished || login.expiresAt <= factor.provedAt) return false
      const { deviceId, recordId } = login
      if (deviceId !== factor.deviceId || recordId !== factor.way) return false
      if (!isLive(deviceId) || passcodes.get(recordId)?.deviceId !== deviceId) return false
      login.finished = true
      records.factors.set(factor.id, { ...factor })
      repeats.set(repeat.requestHash, { ...repeat })
      records.passcodeTries.delete(deviceId)
      const account = records.accountTries.get(devices.get(deviceId)?.user ?? '')
      if (account) account.tries = Math.max(0, account.tries - 1)
      note(records, audit)
      return true
    },
  }
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
