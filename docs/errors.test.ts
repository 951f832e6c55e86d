import { readFileSync } from 'node:fs'
import { errors } from '@holdfast/core'
import { statuses } from '@holdfast/server'
import { expect, it } from 'vitest'

const page = readFileSync(new URL('errors.md', import.meta.url), 'utf8')
const rows = page.split('\n').filter((line) => line.startsWith('| `'))
const clientPart = page.slice(page.indexOf('## Said by the client'))
const clientOnly: ReadonlySet<string> = new Set(clientPart.match(/(?<=`)[a-z_]+(?=`)/g))

it('names every code of the table once, and no other', () => {
  const documented = rows.map((row) => /^\| `([a-z_]+)`/.exec(row)?.[1] ?? '')
  expect(documented.sort()).toEqual(Object.keys(errors).sort())
})

it.each(Object.entries(errors))('says of %s what the table says', (code, { meaning, next, retry }) => {
  const status = clientOnly.has(code) ? '' : `${statuses[code as keyof typeof statuses]} | `
  expect(rows).toContain(`| \`${code}\` | ${status}${retry} | ${meaning} | ${next} |`)
})
