/** `npm run attack`: all attacks against the product, and each against the copy without its defence. */
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { Attack } from './attack.ts'
import { loadAttacks } from './catalogue.ts'
import { openDeployment } from './deployment.ts'
import { attackNaiveBank, naiveAttacks, type NaiveResult } from './naive.ts'
import { sharedStoresReachable } from './shared-stores.ts'
import { attackTarget, type Report, type Result, runSuite } from './suite.ts'
import { attackTable } from './table.ts'
import { hasOpenssl } from './tls-identity.ts'

const usage = `npm run attack -- [--only ID]… [--json FILE]
  --docs   prints the catalogue as Markdown and attacks nothing
against a deployment, as an outsider with a friendly operator:
  --target URL --admin URL --credentials FILE --outbox FILE [--open-path PATH]
`
const options = {
  help: { type: 'boolean' },
  only: { type: 'string', multiple: true },
  json: { type: 'string' },
  docs: { type: 'boolean' },
  target: { type: 'string' },
  admin: { type: 'string' },
  credentials: { type: 'string' },
  outbox: { type: 'string' },
  'open-path': { type: 'string' },
} as const
type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>['values']

type Findings = { readonly product: Result[]; readonly weakened: Result[]; readonly naive: NaiveResult[] }

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function reportTo(findings: Findings): Report {
  return (on, result) => {
    const { attack, outcome, detail } = result
    say(`${on.padEnd(9)} ${attack.id.padEnd(36)} ${outcome.padEnd(10)} ${detail}`)
    findings[on].push(result)
  }
}

async function runHere(chosen: readonly Attack[], findings: Findings): Promise<Attack[]> {
  const [stores, openssl] = [await sharedStoresReachable(), hasOpenssl()]
  const lacks = ({ setting, forgesCertificates }: Attack): string | null => {
    if (!stores && setting?.store === 'cluster') return 'PostgreSQL and Redis'
    return !openssl && (setting?.tls ?? forgesCertificates) !== undefined ? 'the openssl command' : null
  }
  const attacks = chosen.filter((attack) => lacks(attack) === null)
  for (const attack of chosen.filter((one) => !attacks.includes(one)))
    say(`not run: ${attack.id}, for it needs ${lacks(attack)}`)
  await runSuite(attacks, reportTo(findings))
  return attacks
}

async function runThere(chosen: readonly Attack[], values: Values, findings: Findings): Promise<Attack[]> {
  const { target: url, admin, credentials, outbox, 'open-path': openPath = '/open' } = values
  if (url === undefined || admin === undefined || credentials === undefined || outbox === undefined)
    throw new TypeError(usage)
  const attacks = chosen.filter(({ setting, watchesBackend }) => !setting && !watchesBackend)
  say(
    `${chosen.length - attacks.length} attacks need a target of their own and are not run; no weakened copies are built`,
  )
  const target = await openDeployment({ target: url, admin, credentials, outbox, openPath })
  await attackTarget(attacks, target, (result) => reportTo(findings)('product', result))
  return attacks
}

/** What the chosen attacks do to a bank without their defences. True when there is none it withstands. */
async function runNaive(chosen: readonly Attack[], findings: Findings): Promise<boolean> {
  const ids = new Set(chosen.map(({ id }) => id))
  findings.naive.push(
    ...(await attackNaiveBank(naiveAttacks.filter(({ repelledAs }) => ids.has(repelledAs)))),
  )
  const { naive } = findings
  const succeeded = naive.filter(({ outcome }) => outcome === 'succeeded').length
  for (const { attack, outcome, detail } of naive)
    say(`${'naive'.padEnd(9)} ${attack.id.padEnd(36)} ${outcome.padEnd(10)} ${detail}`)
  if (naive.length > 0) say(`${naive.length} attacks on a bank without defences, ${succeeded} succeeded`)
  return succeeded === naive.length
}

async function writeReport(file: string, { product, weakened, naive }: Findings): Promise<void> {
  const attacks = product.map(({ attack, outcome, detail }) => {
    const { id, title, requirement } = attack
    return { id, title, requirement, outcome, code: outcome === 'repelled' ? detail : null }
  })
  const proofs = weakened.map(({ attack, outcome }) => ({ id: attack.id, outcome }))
  const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1)
  const examples = naive.map(({ attack: { id, mistake, repelledAs }, outcome, detail }) => {
    return { id, mistake, repelledAs, outcome, detail }
  })
  const report = { attacks: attacks.sort(byId), weakened: proofs.sort(byId), naive: examples }
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`)
}

async function attackWith(all: readonly Attack[], values: Values): Promise<boolean> {
  const chosen = all.filter(({ id }) => values.only?.some((part) => id.startsWith(part)) ?? true)
  const findings: Findings = { product: [], weakened: [], naive: [] }
  const elsewhere = values.target !== undefined
  const attacks = elsewhere ? await runThere(chosen, values, findings) : await runHere(chosen, findings)
  const fallen = elsewhere || (await runNaive(chosen, findings))
  if (values.json !== undefined) await writeReport(values.json, findings)
  const repelled = findings.product.filter(({ outcome }) => outcome === 'repelled').length
  const live = findings.weakened.filter(({ outcome }) => outcome === 'succeeded').length
  say(`${attacks.length} attacks, ${repelled} repelled, ${live} proven live`)
  const proven = elsewhere || live === attacks.length
  return attacks.length > 0 && repelled === attacks.length && proven && fallen
}

async function main(): Promise<boolean> {
  const { values } = parseArgs({ options })
  if (values.help === true) {
    process.stdout.write(usage)
    return true
  }
  const all = await loadAttacks()
  if (values.docs !== true) return attackWith(all, values)
  process.stdout.write(attackTable(all))
  return true
}

process.exitCode = (await main()) ? 0 : 1
