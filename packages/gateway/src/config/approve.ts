/** Which routes may have a form to approve, and whether that form hides anything (docs/protocol.md 9.1). */
import { checkForm, isUnjudged } from '@holdfast/server'
import type { Report } from './rules.ts'
import type { WrittenConfig } from './schema.ts'

const safe: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

export function checkApprove({ routes = [], transfers }: WrittenConfig, report: Report): void {
  routes.forEach(({ approve, path, methods, policy, fields = [], forward = [] }, i) => {
    if (approve === undefined) return
    const at = ['routes', i, 'approve']
    if (path.endsWith('*'))
      report(at, 'only one exact path can be approved: what * stands for would not be shown')
    if (methods === undefined || methods.some((method) => safe.has(method)))
      report(
        at,
        'name the methods, none of which may be GET, HEAD or OPTIONS: only what changes something is approved',
      )
    if ([...fields, ...forward].length > 0)
      report(at, 'leave out fields and forward: what they hand on is neither shown nor approved')
    if (policy === 'open' || policy === 'insecureOpenEverything')
      report(at, 'nobody is known on an open route')
    if (approve.transfer !== undefined && transfers === undefined)
      report([...at, 'transfer'], 'there are no rules about transfers: write transfers, or leave this out')
    if (transfers !== undefined && isUnjudged(approve, transfers.currency))
      report(at, 'it says how much and to whom, and no rule about transfers would judge that: write transfer')
    try {
      checkForm(approve)
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      report(at, error.message)
    }
  })
}
