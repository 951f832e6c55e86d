/** How the gateway has been lately: looked at every five seconds whether anybody reads it or not, so that there is a past to show. */
import type { Admin } from './admin.ts'
import type { Clock } from './clock.ts'
import { type Metrics, parseMetrics } from './metrics.ts'

export type HealthSample = {
  /** Milliseconds since 1970. */
  readonly at: number
  /** `ready`: its stores answer; `not_ready`: they do not; `unreachable`: it does not answer at all. */
  readonly state: 'ready' | 'not_ready' | 'unreachable'
  /** Null when the gateway did not give them. */
  readonly metrics: Metrics | null
}

export interface Watch {
  /** Oldest first. */
  readonly samples: readonly HealthSample[]
  close(): void
}

const everyMs = 5_000
/** Ten minutes. */
const keptSamples = 120

async function look(admin: Admin): Promise<Omit<HealthSample, 'at'>> {
  try {
    const ready = await admin({ method: 'GET', target: '/readyz' })
    const metrics = await admin({ method: 'GET', target: '/metrics' })
    return {
      state: ready.status === 200 ? 'ready' : 'not_ready',
      metrics: metrics.status === 200 ? parseMetrics(metrics.body.toString('utf8')) : null,
    }
  } catch {
    return { state: 'unreachable', metrics: null }
  }
}

/** Resolves after the first look. */
export async function watchGateway(admin: Admin, clock: Clock): Promise<Watch> {
  const samples: HealthSample[] = []
  let looking = false
  async function sample(): Promise<void> {
    if (looking) return
    looking = true
    const seen = await look(admin)
    looking = false
    samples.push({ at: clock.now(), ...seen })
    if (samples.length > keptSamples) samples.shift()
  }
  await sample()
  const timer = setInterval(() => void sample(), everyMs)
  timer.unref()
  return { samples, close: () => clearInterval(timer) }
}
