/** A deployment answers strangers so many times a minute (docs/protocol.md 4): the suite's own enrolments keep below that. */
import type { Target } from './target.ts'

const windowMs = 61_000
/** The policy's default is 30; what one attack asks between two challenges fits into the rest. */
const perWindow = 24

function isAnonymous(target: string): boolean {
  return target === '/holdfast/challenge' || target.startsWith('/holdfast/enrolments')
}

/** Waits before a new challenge while too many questions were asked lately. What an enrolment has begun it may finish. */
export function paced(send: Target['send'], wait: (ms: number) => Promise<void>): Target['send'] {
  let asked: number[] = []
  return async (request) => {
    if (!isAnonymous(request.target)) return send(request)
    const recent = (): number[] => asked.filter((at) => at > Date.now() - windowMs)
    while (request.target === '/holdfast/challenge' && (asked = recent()).length >= perWindow)
      await wait((asked[0] as number) + windowMs - Date.now())
    asked.push(Date.now())
    return send(request)
  }
}
