/** Which header fields a route may name. A field that is forwarded but not signed can be changed by anybody in the line. */
import { coveredWhenPresent, reservedPrefix } from '@holdfast/core'
import type { Report } from './rules.ts'
import type { WrittenConfig, WrittenRoute } from './schema.ts'
import type { ConfigPath } from './source.ts'
import { allowedFields } from '../proxy/request-fields.ts'

const tokenForm = /^[!#$%&'*+.^`|~0-9a-z-]+$/

/** Harmless when changed on the way: they pick a language or a form, never an act or an amount. */
const harmless: ReadonlySet<string> = new Set([
  'accept',
  'accept-language',
  'traceparent',
  'tracestate',
  'user-agent',
])

function mayPass(name: string): boolean {
  try {
    return allowedFields([name], { policy: 'signed' }).has(name)
  } catch (error) {
    if (error instanceof TypeError) return false
    throw error
  }
}

function checkName(name: string, at: ConfigPath, report: Report): boolean {
  if (!tokenForm.test(name)) report(at, 'expected a field name in lower case')
  else if (name.startsWith(reservedPrefix)) report(at, `names that begin with ${reservedPrefix} are ours`)
  else if (!mayPass(name)) report(at, 'a route cannot forward this field: it means something to the gateway')
  else return true
  return false
}

function checkRoute(route: WrittenRoute, at: ConfigPath, report: Report): void {
  const signed = route.policy !== 'open' && route.policy !== 'insecureOpenEverything'
  const covered: ReadonlySet<string> = new Set([...coveredWhenPresent, ...(route.fields ?? [])])
  route.fields?.forEach((name, i) => {
    if (!checkName(name, [...at, 'fields', i], report)) return
    if ((coveredWhenPresent as readonly string[]).includes(name))
      report([...at, 'fields', i], 'every signature covers this field already')
    else if (route.fields?.indexOf(name) !== i) report([...at, 'fields', i], 'named twice')
  })
  route.forward?.forEach((name, i) => {
    if (!checkName(name, [...at, 'forward', i], report)) return
    if (signed && !covered.has(name) && !harmless.has(name))
      report(
        [...at, 'forward', i],
        'no signature covers this field, so anybody in the line can change it: name it in fields too',
      )
  })
}

export function checkFields(config: WrittenConfig, report: Report): void {
  config.routes?.forEach((route, i) => checkRoute(route, ['routes', i], report))
}
