/** Sending one forged thing and looking whether it did harm: what most attacks end with. */
import { type Outcome, succeeded, verdict } from './attack.ts'
import type { Answer, RawRequest } from './raw.ts'
import type { Target } from './target.ts'

function timesSeen(target: Target, marker: string): number {
  return target.backend?.seen(marker).length ?? 0
}

/**
 * What the request did, in words, or false. With the suite's own backend that is what arrived there; otherwise any answer
 * without Holdfast's mark, which no backend can set or take away (docs/protocol.md 3.8).
 */
function harmOf(target: Target, marker: string, before: number, answer: Answer): string | false {
  const times = timesSeen(target, marker) - before
  if (times > 0) return `the backend ran ${marker}`
  const reached = target.backend === null && answer.status !== 0 && answer.code === null
  return reached ? `a backend answered ${answer.status}` : false
}

/** Sends it; it succeeded when anything bearing the marker arrived at the backend because of it. */
export async function attempt(
  target: Target,
  marker: string,
  request: RawRequest,
  send: Target['send'] = target.send,
): Promise<Outcome> {
  const before = timesSeen(target, marker)
  const answer = await send(request)
  return verdict(answer, harmOf(target, marker, before, answer))
}

export type Variant = { readonly name: string; readonly marker: string; readonly request: RawRequest }

/** Sends each; one success is a success, and all must be refused alike. */
export async function attemptEach(target: Target, variants: readonly Variant[]): Promise<Outcome> {
  const outcomes: Array<{ name: string; outcome: Outcome }> = []
  for (const { name, marker, request } of variants) {
    const outcome = await attempt(target, marker, request)
    if (outcome.kind === 'succeeded') return succeeded(`${name}: ${outcome.evidence}`)
    outcomes.push({ name, outcome })
  }
  const [first] = outcomes
  if (first === undefined) throw new Error('no variants')
  const odd = outcomes.find(({ outcome }) => JSON.stringify(outcome) !== JSON.stringify(first.outcome))
  if (odd !== undefined) throw new Error(`${odd.name} was refused otherwise: ${JSON.stringify(odd.outcome)}`)
  return first.outcome
}
