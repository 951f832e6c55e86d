/**
 * Approvals (docs/protocol.md 9): what the app shows is what a key of this device signs, and what the service carries out. Shown is only what
 * the service says, signed, of the very request that was sent.
 */
import { type ApprovalChallenge, type ApprovalDemand, HoldfastError } from '@holdfast/core'
import { declineApproval, proveApproval } from './approval-calls.ts'
import { checkTime, type OpenedDemand, openDemand } from './approval-challenge.ts'
import { passcodeEvidence, presenceEvidence } from './approval-evidence.ts'
import { triedWithOneOf } from './attempt.ts'
import type { FactorTools } from './factor.ts'
import type { Exclusive } from './ports.ts'
import { type Factor, standingOf, type Unapproved } from './prompt.ts'
import { readWraps, tryLast } from './unlock.ts'
import { passcodeWays } from './wraps.ts'

/** What the user is asked. Title and lines are shown as they stand, all of them, in this order. */
export type ApprovalRequest = {
  readonly id: string
  readonly title: ApprovalDemand['title']
  readonly lines: ApprovalDemand['lines']
  /** The least he has to give; `passcode` also where finger or face of this device would not be taken. */
  readonly acr: ApprovalChallenge['acr']
  /** Milliseconds since 1970 by the service's clock. */
  readonly expiresAt: number
  /** `hold`: as things stand, the bank will look at it before it is carried out. */
  readonly notes: ApprovalDemand['notes']
  /** What the answer before was refused with; absent at first. */
  readonly refused?: Refused
  /** Tries of the passcode before the next lock, after a wrong one. */
  readonly left?: number
}
type Refused = 'passcode_refused' | 'presence_failed'

/** Shows the request and takes the factor; null: the user said no. Called once at a time, and again after a factor that was refused. */
export type Approve = (request: ApprovalRequest) => Promise<Factor | null>

/** The id of the approval; null: there is nobody to ask. `tools` gives those of another call of the app, each time it is asked. */
export type Approver = (tools: () => FactorTools, unapproved: Unapproved) => Promise<string | null>

/** The service is told behind the user's back: a no counts here whether it arrives or not. */
function decline({ service, standing }: FactorTools, id: string): void {
  void declineApproval(service, standingOf(standing.family()), id).catch(() => undefined)
}

async function proveBy(tools: FactorTools, opened: OpenedDemand, factor: Factor): Promise<void> {
  const { service, standing, device, deviceKey, counted } = tools
  const { claims, presence } = opened
  const id = claims.jti
  if (!('passcode' in factor)) {
    if (presence === null || claims.acr === 'passcode')
      throw new HoldfastError('insufficient_user_authentication', { demand: { acr: 'passcode' } })
    return proveApproval(service, standing, id, await presenceEvidence(service, opened, presence))
  }
  const { passcode } = factor
  const record = await readWraps(tools)
  await triedWithOneOf(
    record === null ? [] : passcodeWays(record),
    async (way) => {
      const given = { device, deviceKey, passcode, record: way.way }
      await proveApproval(service, standing, id, await passcodeEvidence(service, opened, given, counted))
    },
    (way) => tools.alone(() => tryLast(tools, way)),
  )
  counted(null)
}

function isRefused(error: unknown): error is HoldfastError & { readonly code: Refused } {
  if (!(error instanceof HoldfastError)) return false
  return error.code === 'passcode_refused' || error.code === 'presence_failed'
}

function requestOf({ demand, claims, presence }: OpenedDemand): ApprovalRequest {
  const { title, lines, notes } = demand
  const acr = presence === null ? 'passcode' : claims.acr
  return { id: claims.jti, title, lines, acr, expiresAt: claims.exp * 1000, notes }
}

/** `show` is called when the user's turn has come, and throws when that is too late. */
type Ask = (show: () => ApprovalRequest) => Promise<Factor | null>

/** Until the user has given what will do, said no, or taken too long. */
async function approved(
  tools: () => FactorTools,
  { draft, demand, signal }: Unapproved,
  ask: Ask,
): Promise<string> {
  const first = tools()
  const { service, device } = first
  const opened = await openDemand({ service, device, record: await readWraps(first) }, draft, demand)
  const request = requestOf(opened)
  for (let again: Pick<ApprovalRequest, 'refused' | 'left'> = {}; ; ) {
    const shown = { ...request, ...again }
    const factor = await ask(() => {
      signal?.throwIfAborted()
      checkTime(opened, service)
      return shown
    })
    if (factor === null) decline(tools(), request.id)
    signal?.throwIfAborted()
    if (factor === null) throw new HoldfastError('approval_declined')
    checkTime(opened, service)
    const now = tools()
    let tries: Pick<ApprovalRequest, 'left'> = {}
    const counted = (left: number | null): void => {
      tries = left === null ? {} : { left }
      now.counted(left)
    }
    try {
      await proveBy({ ...now, counted }, opened, factor)
      return request.id
    } catch (error) {
      if (!isRefused(error)) throw error
      again = { refused: error.code, ...tries }
    }
  }
}

/** `turn`: the user sees one approval at a time, and never while he is asked something else. */
export function createApprover(ask: Approve | undefined, turn: Exclusive): Approver {
  return async (tools, unapproved) => {
    if (ask === undefined) return null
    const { standing } = tools()
    const inTurn: Ask = (show) => turn('dialog', () => standing.unlessOver(async () => ask(show())))
    return turn('approval', () => approved(tools, unapproved, inTurn))
  }
}
