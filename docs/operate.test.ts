/** The numbers of docs/operate.md are those of the code. */
import { readFileSync } from 'node:fs'
import { createMetrics, defaultLimits } from '@holdfast/gateway'
import { defaultPolicy } from '@holdfast/server'
import { expect, it } from 'vitest'

const page = readFileSync(new URL('operate.md', import.meta.url), 'utf8')

/** Name and default of each row of the table whose first column has this head. */
function documented(head: string): Record<string, number | string> {
  const start = page.indexOf(`| ${head} | default |`)
  const table = page.slice(start, page.indexOf('\n\n', start))
  return Object.fromEntries(
    [...table.matchAll(/^\| `([\w.]+)` \| (\d+|\[[\d, ]+\]) \|/gm)].map(([, name = '', value = '']) => [
      name,
      value.startsWith('[') ? value : Number(value),
    ]),
  )
}

function flat(table: object, prefix = ''): Record<string, number | string> {
  return Object.fromEntries(
    Object.entries(table).flatMap(([name, value]: [string, number | object]) => {
      if (Array.isArray(value)) return [[prefix + name, `[${value.join(', ')}]`]]
      return typeof value === 'number'
        ? [[prefix + name, value]]
        : Object.entries(flat(value, `${prefix}${name}.`))
    }),
  )
}

it('has every limit with its default', () => {
  expect(documented('limits')).toEqual(flat(defaultLimits))
})

it('has every number of the policy with its default', () => {
  expect(documented('policy')).toEqual(flat(defaultPolicy))
})

it('names every metric', () => {
  const metrics = createMetrics()
  metrics.watch({ requests: () => 0, spooledBytes: () => 0 })
  const names = metrics.registry.getMetricsAsArray().map(({ name }) => name)
  expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
})
