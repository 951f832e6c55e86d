/** Sealed requests in holdfast.yaml (docs/protocol.md 8): with which suites, and for whom. */
import type { Report } from './rules.ts'
import type { WrittenConfig } from './schema.ts'

export function checkSealing({ sealing, routes = [] }: WrittenConfig, report: Report): void {
  sealing?.suites.forEach((suite, i) => {
    if (sealing.suites.indexOf(suite) !== i) report(['sealing', 'suites', i], 'is there twice')
  })
  if (sealing !== undefined && sealing.suites.indexOf('x-wing') > 0)
    report(
      ['sealing', 'suites'],
      'expected x-wing first: clients take the first suite they can, so nobody would ever use it',
    )
  routes.forEach(({ policy }, i) => {
    if (policy === 'sealed' && sealing === undefined)
      report(['routes', i, 'policy'], 'nobody could seal a request for it: say sealing: { suites: [x25519] }')
  })
}
