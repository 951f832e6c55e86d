/** What a session's calls go out under, and how it goes on when the service wants a factor: the app asks its user, once (RFC 9470). */
import { type ApprovalDemand, type ErrorCode, type FactorDemand, HoldfastError } from '@holdfast/core'
import type { Draft } from './request.ts'
import type { Family } from './session.ts'

/** What the user gives: the passcode, or finger or face, for which the platform asks him. */
export type Factor = { readonly passcode: string } | { readonly presence: true }

/** `expired`: the session is over. `step_up`: it goes on, and one call wants more or fresher proof. */
export type Need = { readonly reason: 'expired' | 'step_up'; readonly acr: FactorDemand['acr'] }

/** Asks the user; null: he does not want to. Called for refusals the service signed, once at a time however many calls wait. */
export type Prompt = (need: Need) => Promise<Factor | null>

/** What a call was sent under: the family, and how often the user had said no by then. */
export type Sending = { readonly family: Family; readonly declined: number }

/** A request the service carries out when its user has approved it (docs/protocol.md 9). */
export type Unapproved = {
  readonly draft: Draft
  readonly demand: ApprovalDemand
  readonly signal?: AbortSignal
}

/** What calls need of a session. */
export type Calling = {
  /** The family of the moment. Throws `locked` or `session_ended` once the session is over here. */
  family(): Family
  /** For a call that is sent now. Throws as {@link Calling.family}. */
  sending(): Sending
  /**
   * After `refusal` to a call that was sent so: resolves when it may go again, else rejects with the refusal or with what the factor was
   * refused with. A no of the user counts for every call that was sent before it.
   */
  renew(sent: Sending, refusal: unknown): Promise<void>
  /** The id of the approval it goes under; null: there is nobody to ask. Rejects when the user does not give it (approval.ts). */
  approve(unapproved: Unapproved): Promise<string | null>
}

export type Standing = Calling & {
  /** Goes on under this family, which replaces the one before. */
  replace(family: Family): void
  /** Ends it here: from now on everything rejects with `reason`. */
  close(reason: ErrorCode): void
  /** What `act` gives; rejects as {@link Calling.family} throws as soon as the session is over, and then waits for `act` no longer. */
  unlessOver<Result>(act: () => Promise<Result>): Promise<Result>
  /** As {@link Standing.close}, and gives the last family, still alive, for the call that ends it at the service. */
  leave(reason: ErrorCode): Family
}

export type StandingOptions = {
  /** The least factor that opens this device; null where it has none. */
  least(): Promise<Need['acr'] | null>
  /** Asks the user and puts another family in place; false when he does not want to, or cannot be asked. */
  ask(need: Need): Promise<boolean>
  readonly approve: Calling['approve']
}

/** Signed words: one that nobody signed is `unverified_refusal` by now. */
const expired: ReadonlySet<ErrorCode> = new Set(['session_ended', 'grant_refused'])

export function createStanding(first: Family, options: StandingOptions): Standing {
  let current = first
  let over: ErrorCode | null = null
  let running: Promise<boolean> | null = null
  let end: (error: HoldfastError) => void = () => undefined
  const ended = new Promise<never>((_, reject) => {
    end = reject
  })
  ended.catch(() => undefined)
  let declined = 0

  async function needOf({ code, demand }: HoldfastError): Promise<Need | null> {
    if (code === 'insufficient_user_authentication')
      return demand === undefined ? null : { reason: 'step_up', acr: demand.acr }
    if (!expired.has(code)) return null
    const acr = await options.least()
    return acr === null ? null : { reason: 'expired', acr }
  }

  async function ask(need: Need): Promise<boolean> {
    const given = await options.ask(need)
    if (!given) declined++
    return given
  }

  function leave(reason: ErrorCode): Family {
    over ??= reason
    end(new HoldfastError(over))
    return current
  }

  function family(): Family {
    if (over !== null) throw new HoldfastError(over)
    return current
  }

  return {
    family,
    approve: options.approve,
    sending: () => ({ family: family(), declined }),
    async renew(sent: Sending, refusal: unknown): Promise<void> {
      if (over !== null || !(refusal instanceof HoldfastError)) throw refusal
      const need = await needOf(refusal)
      if (need === null) throw refusal
      // Somebody did it meanwhile; the call finds out whether that was enough.
      if (current !== sent.family) return
      if (declined !== sent.declined) throw refusal
      running ??= ask(need).finally(() => {
        running = null
      })
      if (!(await running)) throw refusal
    },
    replace(next: Family): void {
      if (over !== null) return next.close(over)
      current.close('session_ended')
      current = next
    },
    async unlessOver(act) {
      family()
      return Promise.race([act(), ended])
    },
    close: (reason) => leave(reason).close(reason),
    leave,
  }
}

/** One family without a user to ask: for what goes on behind his back. */
export function standingOf(family: Family): Calling {
  return {
    family: () => family,
    sending: () => ({ family, declined: 0 }),
    renew: async (_, refusal) => {
      throw refusal
    },
    approve: async () => null,
  }
}
