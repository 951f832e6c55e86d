/** A session as the app sees it. */
import { listApprovals, type ListedApproval } from './approval-calls.ts'
import { type Device, endSession, listDevices, removeDevice } from './device.ts'
import { disablePresence, enablePresence, type FactorTools, setPasscode } from './factor.ts'
import { type FetchInit, fetchSigned } from './fetch.ts'
import type { Keeper } from './keeper.ts'
import { listNotices, type Notice } from './notice.ts'
import { type Standing, standingOf } from './prompt.ts'
import { fetchSecret } from './secret.ts'
import type { Service } from './statement.ts'
import { zero } from './vault-key.ts'
import { changeVaultKey } from './vault-change.ts'
import type { Vault } from './vault.ts'
import type { Watch } from './watch.ts'

/**
 * What a call is refused with for want of a factor makes the client ask its user once ({@link ClientOptions.prompt}), and then the call goes
 * again. After a lock everything rejects with `locked`.
 */
export interface Session {
  /**
   * Like the web's `fetch` for this origin; see {@link FetchInit}. What the user has to approve he is asked once
   * ({@link ClientOptions.approve}), and then the same request goes again. Rejects then also with `approval_declined`, `approval_expired`,
   * `approval_held` (with `approvalId` and `reasons`), `transfer_refused` (with `reasons`), `approval_refused`, `approval_body_refused`.
   */
  fetch(input: string | URL, init?: FetchInit): Promise<Response>
  /**
   * The bytes of a secret that the backend encrypts to a key made for this call: the gateway passes on what it cannot read. That
   * does not stop somebody who changes the gateway's code (docs/protocol.md 8.7). Rejects with `reply_refused` when it did not. The caller overwrites the bytes when it has shown them.
   */
  fetchSecret(input: string | URL, init?: FetchInit): Promise<Uint8Array>
  /** What this device was to approve lately, newest first: what is held, what is released, and what came of it. */
  approvals(): Promise<ListedApproval[]>
  devices(): Promise<Device[]>
  /** Needs a fresh passcode where this device has one. */
  removeDevice(id: string): Promise<void>
  /** Security events of this user, newest first. */
  notices(): Promise<Notice[]>
  /**
   * The first passcode, and with it the vault; or another one in the place of the old, which needs the old one, fresh. When this breaks
   * off, one of the two opens this device: the next unlock tries the new one first, and each counts as a try. Rejects with
   * `passcode_weak`, `passcode_unsupported`.
   */
  setPasscode(passcode: string): Promise<void>
  /** A second way in by finger or face; needs a fresh passcode. Rejects with `presence_unsupported`, `presence_failed`, `passcode_not_set`. */
  enablePresence(): Promise<void>
  disablePresence(): Promise<void>
  /** What this device stores. Throws `locked`, `passcode_not_set` before there is a passcode. */
  readonly vault: Vault
  /**
   * Another vault key in the place of one that may be known to somebody, and the client is locked: the next unlock goes on under the new one.
   * Crash-safe. The old key leads to the new one until each way in has unlocked once (docs/protocol.md 13.7). What is kept for offline goes.
   * Rejects with `passcode_not_set`, `vault_unavailable`.
   */
  changeVaultKey(): Promise<void>
  /** Locks the whole client: keys, tokens and vault go from memory. The service is not told. */
  lock(): Promise<void>
  /** Ended here at once, whatever comes of the call that ends it at the service. The vault's cache is wiped. */
  end(): Promise<void>
}

export type SessionParts = {
  /** Of the device; for each call of the app another one. */
  readonly tools: (service: Service) => FactorTools
  readonly service: Service
  readonly standing: Standing
  readonly keeper: Keeper
  readonly watch: Watch
  readonly device: string
}

export function sessionOf({ tools, service, standing, keeper, watch, device }: SessionParts): Session {
  function check(): void {
    keeper.touch()
    standing.family()
  }
  const use = async <Result>(act: (errand: Service) => Promise<Result>): Promise<Result> => {
    check()
    return watch.over(device, () => act(service.errand()))
  }
  const change = (act: (factors: FactorTools) => Promise<void>): Promise<void> =>
    use((errand) => act(tools(errand)))

  return {
    fetch: (input, init) => use((errand) => fetchSigned(errand, standing, input, init)),
    fetchSecret: (input, init) => use((errand) => fetchSecret(errand, standing, input, init)),
    approvals: () => use((errand) => listApprovals(errand, standing)),
    devices: () => use((errand) => listDevices(errand, standing)),
    removeDevice: (id) => use((errand) => removeDevice(errand, standing, id)),
    notices: () => use((errand) => listNotices(errand, standing)),
    setPasscode: (passcode) => change((factors) => setPasscode(factors, passcode)),
    enablePresence: () => change(enablePresence),
    disablePresence: () => change(disablePresence),
    get vault(): Vault {
      check()
      return keeper.safe.vault()
    },
    changeVaultKey: () =>
      change(async (factors) => {
        const old = keeper.safe.key()
        await keeper.lock('locked')
        await factors.alone(() => changeVaultKey(factors, old)).finally(() => zero(old))
      }),
    lock: () => keeper.lock('locked'),
    async end(): Promise<void> {
      if (!keeper.has(standing)) return
      const family = standing.leave('session_ended')
      if (keeper.safe.isOpen())
        await keeper.safe
          .vault()
          .cache.clear()
          .catch(() => undefined)
      await keeper.leave(standing)
      await endSession(service.errand(), standingOf(family)).finally(() => family.close('session_ended'))
    },
  }
}
