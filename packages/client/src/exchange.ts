/**
 * One conversation with the service: a request, and what may be done when its answer does not come or says no. All retrying
 * of the client is here. How often is bounded, in each conversation and over all that one call of the app makes necessary
 * (`Line.spend`), so that nobody in the line can make a client send for ever. Nothing waits for itself: a conversation may
 * wait for a renewal, that for the clock, that for the statement; and a request without a signature for neither of the first two.
 */
import { type ErrorCode, errors, HoldfastError, type ServiceStatement } from '@holdfast/core'
import { type Answer, type AnswerTrust, isRefusal, readRefusal, type Refusal } from './answer.ts'
import type { Outgoing, Platform } from './ports.ts'
import type { Carry, Manner } from './sealed.ts'

const maxTries = 4
const firstPauseMs = 250
/** A service that wants a longer pause is left alone: the caller hears `retryAfter`. */
const maxPauseMs = 15_000
const timeoutMs = 30_000

export type Line = {
  readonly platform: Platform
  readonly trust: AnswerTrust
  /** Takes a request to the service (carrier.ts, sealed.ts). */
  readonly carry: Carry
  /** Asks the signed clock. */
  readonly askTime: () => Promise<void>
  /** Fetches another statement while this one is in force; null where the statement itself waits for this line. */
  readonly succeed: ((statement: ServiceStatement | null) => Promise<void>) | null
  /** Counts a request that is about to be sent. Throws `network_unreachable` when there were too many. */
  readonly spend: () => void
}

export type Conversation<Result> = {
  /** The request of this try: a new signature, or the very bytes of the last one. */
  readonly prepare: () => Promise<Outgoing>
  /** Takes an answer that is no refusal. Throws `answer_refused` when it is not the service's. */
  readonly accept: (answer: Answer, sent: Outgoing) => Promise<Result>
  /** Whether sending it twice does no more than sending it once. */
  readonly repeatable: boolean
  /** For the statement a try leaves under; when absent it is sealed if the service can open it, and wanted whole in time. */
  readonly manner?: (statement: ServiceStatement) => Manner
  readonly signal?: AbortSignal
  /** Called before the next try after a refusal, when the pause is over and the clock was asked. */
  readonly again?: (code: ErrorCode, verified: boolean) => Promise<void>
  /** Told of a refusal the service signed, before it is thrown: only here may the client change what it believes. */
  readonly refused?: (code: ErrorCode) => Promise<void>
}

type Retry = (typeof errors)[ErrorCode]['retry']

type Outcome<Result> =
  | { readonly kind: 'accepted'; readonly result: Result }
  | { readonly kind: 'failed'; readonly error: HoldfastError }
  | ({ readonly kind: 'refused' } & Refused)

type Refused = {
  readonly refusal: Refusal
  readonly sent: Outgoing
  /** The one it was sent under; null where that is not looked at. */
  readonly statement: ServiceStatement | null
}

const usual = (): Manner => ({ sealing: 'offered', timeoutCovers: 'answer' })

/** What another try may put right: no answer, or one that was not the service's. */
function isDoubtful(error: unknown): error is HoldfastError {
  return error instanceof HoldfastError && ['answer_refused', 'network_unreachable'].includes(error.code)
}

async function attempt<Result>(
  line: Line,
  talk: Conversation<Result>,
  sent: Outgoing,
): Promise<Outcome<Result>> {
  const { manner = usual, signal } = talk
  let statement: ServiceStatement | null = null
  let answer: Answer
  try {
    const request = { ...sent, timeoutMs, timeoutCovers: usual().timeoutCovers }
    answer = await line.carry(signal === undefined ? request : { ...request, signal }, (current) => {
      statement = current
      return manner(current)
    })
  } catch (cause) {
    // The caller's own wish is no failure of the network, and neither is a server with the wrong key.
    signal?.throwIfAborted()
    if (isDoubtful(cause)) return { kind: 'failed', error: cause }
    if (cause instanceof HoldfastError) throw cause
    return { kind: 'failed', error: new HoldfastError('network_unreachable', { cause }) }
  }
  if (isRefusal(answer))
    return { kind: 'refused', refusal: await readRefusal(answer, sent, line.trust), sent, statement }
  try {
    return { kind: 'accepted', result: await talk.accept(answer, sent) }
  } catch (error) {
    if (!isDoubtful(error)) throw error
    return { kind: 'failed', error }
  }
}

/** Milliseconds, doubled twice for each try, up to half of it random so that many clients do not come back at once. */
export function pauseMs(platform: Platform, tries: number): number {
  const full = firstPauseMs * 4 ** (tries - 1)
  return Math.round(full * (1 - (platform.crypto.random(1)[0] as number) / 512))
}

/** The field a refusal must be about: neither clock nor token can be what is wrong with a request that names none. */
const about: Partial<Record<Retry, string>> = { clock: 'signature', token: 'authorization' }

/**
 * What a refusal lets us do. When the service itself says that these bytes came before, the network delivered them twice or
 * their first answer was lost: sending again is safe, since every unsafe request has a key that lets it through once.
 */
function retryOf({ error, verified }: Refusal, sent: Outgoing, line: Line): Retry {
  if (error === null) return 'never'
  if (verified && error.code === 'replayed') return 'same'
  const { retry } = errors[error.code]
  if (retry === 'statement' && line.succeed === null) return 'never'
  const field = about[retry]
  return field === undefined || sent.fields.some(([name]) => name === field) ? retry : 'never'
}

/** Decides about the next try after a refusal; throws when there is none. */
async function recover<Result>(
  line: Line,
  talk: Conversation<Result>,
  { refusal, sent, statement }: Refused,
  state: { readonly tries: number; readonly spent: Set<Retry> },
): Promise<void> {
  const { error, verified } = refusal
  const retry = retryOf(refusal, sent, line)
  const once = !verified || retry !== 'same'
  const pause = Math.max((error?.retryAfter ?? 0) * 1000, pauseMs(line.platform, state.tries))
  const allowed =
    error !== null &&
    retry !== 'never' &&
    talk.repeatable &&
    state.tries < maxTries &&
    pause <= maxPauseMs &&
    !(once && state.spent.has(retry))
  if (!allowed) {
    if (!verified) throw new HoldfastError('unverified_refusal', error === null ? {} : { cause: error })
    await talk.refused?.((error as HoldfastError).code)
    throw error as HoldfastError
  }
  if (once) state.spent.add(retry)
  if (retry === 'same') await line.platform.clock.sleep(pause)
  if (retry === 'clock') await line.askTime()
  if (retry === 'statement') await line.succeed?.(statement)
  await talk.again?.(error.code, verified)
}

/**
 * Sends until an answer is accepted. Rejects with the code of a signed refusal, `unverified_refusal` for one nobody signed
 * (its code is in `cause`), `answer_refused`, or `network_unreachable`.
 */
export async function converse<Result>(line: Line, talk: Conversation<Result>): Promise<Result> {
  const spent = new Set<Retry>()
  for (let tries = 1; ; tries++) {
    talk.signal?.throwIfAborted()
    const sent = await talk.prepare()
    line.spend()
    const outcome = await attempt(line, talk, sent)
    if (outcome.kind === 'accepted') return outcome.result
    if (outcome.kind === 'refused') {
      await recover(line, talk, outcome, { tries, spent })
    } else {
      if (!talk.repeatable || tries >= maxTries) throw outcome.error
      await line.platform.clock.sleep(pauseMs(line.platform, tries))
    }
  }
}
