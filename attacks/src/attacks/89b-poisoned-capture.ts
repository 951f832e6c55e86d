/** Operators show the service requests that were refused, as they were captured. Whoever sent one chose every octet of it. */
import { type Attack, harmless, type Outcome } from '../attack.ts'
import type { Target } from '../target.ts'

/** A reader that looks for white space at the end begins anew at each octet of it, up to one that is none. */
const poison = Buffer.from(`GET / HTTP/1.1\nX-Poison: ${' '.repeat(300_000)}.`)
const patienceMs = 4000

export const attack: Attack = {
  id: '89b-poisoned-capture',
  title: 'Have an operator ask why a request of white space was refused',
  power: 'sends a request that an operator will look at',
  gain: 'a gateway that reads one line for minutes and answers nobody',
  requirement: 'X5',
  section: '3.9',
  expect: 'harmless',
  weaken: {
    file: 'gateway/explain/capture.js',
    text: 'text.trimEnd()',
    instead: "text.replace(/\\s+$/, '')",
  },
  setting: {},
  async run(target: Target): Promise<Outcome> {
    const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), patienceMs).unref())
    const told = await Promise.race([target.explain(poison), late])
    if (told !== 'late' && told.status !== 200) throw new Error(`the gateway answered ${told.status}`)
    return harmless(told === 'late' && 'the gateway still reads, and answers nobody')
  },
}
