/** The catalogue as a page for people: docs/attacks.md is made by `npm run attack -- --docs`. */
import type { Attack } from './attack.ts'
import { naiveAttacks } from './naive.ts'
import { defencesOf } from './weaken.ts'

const opening = `# The attacks

What \`npm run attack\` tries, made from the attacks themselves (\`npm run attack -- --docs\`). Each is run against the product,
which must refuse it with the code named here (\`harmless\`: let through without the harm), and against a copy of the product in
which only the named defence is cut out, where it must succeed: so each is proven to be a live attack. Sections are those of
[protocol.md](protocol.md).

`

const naiveOpening = `
## A bank without defences

What becomes of a bank that is written as demonstrations often are (\`attacks/src/naive-bank.ts\`): each of these succeeds there, and the attack
beside it is the same one against the product.

`

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}

function naiveTable(): string {
  const rows = naiveAttacks.map(
    ({ id, mistake, repelledAs }) => `| ${id} | ${cell(mistake)} | ${repelledAs} |`,
  )
  return `${naiveOpening}| id | the bank | against the product |\n|---|---|---|\n${rows.join('\n')}\n`
}

export function attackTable(attacks: readonly Attack[]): string {
  const rows = attacks.map((attack) => {
    const { id, title, power, gain, requirement, section, expect, weaken } = attack
    const files = [...new Set(defencesOf(weaken).map(({ file }) => `\`${file}\``))].join(', ')
    const cells = [id, title, power, gain, requirement, section, `\`${expect}\``, files]
    return `| ${cells.map(cell).join(' | ')} |`
  })
  const head = '| id | attack | attacker | gain | row | section | answer | defence in |'
  return `${opening}${head}\n|---|---|---|---|---|---|---|---|\n${rows.join('\n')}\n${naiveTable()}`
}
