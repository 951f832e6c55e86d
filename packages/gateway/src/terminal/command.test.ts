import { expect, it } from 'vitest'
import { readOptions } from './command.ts'

const table = { admin: 'text', json: 'flag' } as const
const code = 2

it('takes an id for an id however it begins', () => {
  for (const id of ['3q2-7wAAAAAAAAAAAAAAAA', '-3q27wAAAAAAAAAAAAAAAA', '--q27wAAAAAAAAAAAAAAAA']) {
    const options = readOptions([id, '--admin', 'http://127.0.0.1:1', '--json'], table, 1)
    expect(options.words).toEqual([id])
    expect(options.text('admin')).toBe('http://127.0.0.1:1')
    expect(options.flag('json')).toBe(true)
    expect(readOptions(['--json', '--', id], table, 1).words).toEqual([id])
  }
})

it('refuses an option it does not know, and a word too many', () => {
  expect(() => readOptions(['--jsno'], table)).toThrow(expect.objectContaining({ exitCode: code }))
  expect(() => readOptions(['-3'], table)).toThrow(expect.objectContaining({ exitCode: code }))
  expect(() => readOptions(['-3q27wAAAAAAAAAAAAAAAA'], table)).toThrow(
    expect.objectContaining({ exitCode: code }),
  )
})
