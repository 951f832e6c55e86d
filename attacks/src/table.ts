/** The catalogue as a page for people: docs/attacks.md is made by `npm run attack -- --docs`. */
import type { Attack } from './attack.ts'
import { defencesOf } from './weaken.ts'

const opening = `# The attacks

What \`npm run attack\` tries, made from the attacks themselves (\`npm run attack -- --docs\`). Each is run against the product,
which must refuse it with the code named here (\`harmless\`: let through without the harm), and against a copy of the product in
which only the named defence is cut out, where it must succeed: so each is proven to be a live attack. Sections are those of
[protocol.md](protocol.md).

`

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}

export function attackTable(attacks: readonly Attack[]): string {
  const rows = attacks.map((attack) => {
    const { id, title, power, gain, requirement, section, expect, weaken } = attack
    const files = [...new Set(defencesOf(weaken).map(({ file }) => `\`${file}\``))].join(', ')
    const cells = [id, title, power, gain, requirement, section, `\`${expect}\``, files]
    return `| ${cells.map(cell).join(' | ')} |`
  })
  const head = '| id | attack | attacker | gain | row | section | answer | defence in |'
  return `${opening}${head}\n|---|---|---|---|---|---|---|---|\n${rows.join('\n')}\n`
}
