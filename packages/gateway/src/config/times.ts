/** Times that depend on each other: a claim has to outlive the request it stands for, and a kept answer its repetitions. */
import { isSafeMethod } from '@holdfast/core'
import { defaultPolicy } from '@holdfast/server'
import type { Report } from './rules.ts'
import type { WrittenConfig, WrittenRoute } from './schema.ts'
import type { ConfigPath } from './source.ts'
import { defaultLimits } from '../line/limits.ts'
import { defaultTimeoutMs } from '../proxy/upstream.ts'

/** A phone in a tunnel repeats a payment when it comes out of it. */
const leastLifeSeconds = 3_600

/** No claim is taken for what nobody signs and for what changes nothing. */
function claims({ policy = 'signed', methods }: WrittenRoute): boolean {
  const open = policy === 'open' || policy === 'insecureOpenEverything'
  return !open && (methods === undefined || !methods.every(isSafeMethod))
}

export function checkTimes({ policy, limits, upstreams, routes = [] }: WrittenConfig, report: Report): void {
  const { lifeSeconds, leaseSeconds } = { ...defaultPolicy.idempotency, ...policy?.idempotency }
  const { requestMs } = { ...defaultLimits, ...limits }
  if (lifeSeconds < leastLifeSeconds)
    report(
      ['policy', 'idempotency', 'lifeSeconds'],
      `expected ${leastLifeSeconds} or more: a write repeated after that would run again`,
    )

  function checkTimeout(timeoutMs: number, at: ConfigPath): void {
    if (timeoutMs + requestMs < leaseSeconds * 1_000) return
    const neededSeconds = Math.floor((timeoutMs + requestMs) / 1_000) + 1
    report(
      [...at, 'timeoutMs'],
      `with limits.requestMs (${requestMs}) a write could outlive its claim: expected less, or policy.idempotency.leaseSeconds of ${neededSeconds} or more`,
    )
  }
  upstreams.forEach(({ timeoutMs = defaultTimeoutMs }, i) => checkTimeout(timeoutMs, ['upstreams', i]))
  routes.forEach((route, i) => {
    if (claims(route) && route.timeoutMs !== undefined) checkTimeout(route.timeoutMs, ['routes', i])
  })
}
