/** `npm run attack`: all attacks against the product, then each against the copy without its defence. */
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { Attack } from './attack.ts'
import { loadAttacks } from './catalogue.ts'
import { openDeployment } from './deployment.ts'
import { startTarget } from './own-target.ts'
import { eachOf, type Result, runAttack, runWeakened } from './suite.ts'
import { attackTable } from './table.ts'
import type { Target } from './target.ts'
import { productDirectory } from './weaken.ts'

const usage = `npm run attack -- [--only ID] [--json FILE] [--docs]
  against a deployment: --target URL --admin URL --credentials FILE --outbox FILE [--open-path PATH]
`
const options = {
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

/** Copies at a time: each is a process of its own that mostly waits. */
const width = 3

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function report(what: string, { attack, outcome, detail }: Result): void {
  say(`${what.padEnd(9)} ${attack.id.padEnd(32)} ${outcome.padEnd(10)} ${detail}`)
}

async function openTarget(values: Values): Promise<Target> {
  const { target, admin, credentials, outbox, 'open-path': openPath } = values
  if (target === undefined) return startTarget(productDirectory(), {})
  if (admin === undefined || credentials === undefined || outbox === undefined) throw new TypeError(usage)
  return openDeployment({
    target,
    admin,
    credentials,
    outbox,
    ...(openPath === undefined ? {} : { openPath }),
  })
}

async function attackAll(attacks: readonly Attack[], values: Values): Promise<Result[]> {
  const target = await openTarget(values)
  const results: Result[] = []
  try {
    for (const attack of attacks) {
      const result = await runAttack(attack, target)
      report('product', result)
      results.push(result)
    }
  } finally {
    await target.close()
  }
  return results
}

async function weakenAll(attacks: readonly Attack[]): Promise<Result[]> {
  const results: Result[] = []
  await eachOf(attacks, width, async (attack) => {
    const result = await runWeakened(attack)
    report('weakened', result)
    results.push(result)
  })
  return attacks.flatMap((attack) => results.filter((result) => result.attack === attack))
}

async function writeReport(
  file: string,
  product: readonly Result[],
  weakened: readonly Result[],
): Promise<void> {
  const attacks = product.map(({ attack, outcome, detail }) => {
    const { id, title, requirement } = attack
    return { id, title, requirement, outcome, code: outcome === 'repelled' ? detail : null }
  })
  const proofs = weakened.map(({ attack, outcome }) => ({ id: attack.id, outcome }))
  await writeFile(file, `${JSON.stringify({ attacks, weakened: proofs }, null, 2)}\n`)
}

async function main(): Promise<boolean> {
  const { values } = parseArgs({ options })
  const all = await loadAttacks()
  if (values.docs === true) {
    process.stdout.write(attackTable(all))
    return true
  }
  const chosen = all.filter(({ id }) => values.only?.some((part) => id.startsWith(part)) ?? true)
  const elsewhere = values.target !== undefined
  const attacks = elsewhere ? chosen.filter((attack) => !attack.setting && !attack.watchesBackend) : chosen
  if (elsewhere)
    say(
      `against ${values.target}: ${attacks.length} attacks that need nothing of their own; no weakened copies are built`,
    )
  const product = await attackAll(attacks, values)
  const weakened = elsewhere ? [] : await weakenAll(attacks)
  if (values.json !== undefined) await writeReport(values.json, product, weakened)
  const repelled = product.filter(({ outcome }) => outcome === 'repelled').length
  const live = weakened.filter(({ outcome }) => outcome === 'succeeded').length
  say(`${attacks.length} attacks, ${repelled} repelled, ${live} proven live`)
  return repelled === attacks.length && (elsewhere || live === attacks.length) && attacks.length > 0
}

process.exitCode = (await main()) ? 0 : 1
