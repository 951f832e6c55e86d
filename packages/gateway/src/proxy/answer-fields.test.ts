import { HoldfastError } from '@holdfast/core'
import { expect, test } from 'vitest'
import { answerFields } from './answer-fields.ts'

const raw = (...texts: string[]): Uint8Array[] => texts.map((text) => Buffer.from(text, 'latin1'))

test.each(['Public', 'private'])('what Connection names takes no-store off no %s answer', (caching) => {
  const fields = raw('Connection', 'cache-control, x-hop', 'Cache-Control', caching, 'X-Hop', 'a', 'X-B', 'b')
  expect(answerFields(fields, { status: 200, signed: true }).list).toEqual([
    'x-b',
    'b',
    'cache-control',
    'no-store',
  ])
})

test.each([0, 199, 600, 999])('status %i is none', (status) => {
  const started = (): unknown => answerFields([], { status, signed: false })
  expect(started).toThrow(new HoldfastError('upstream_invalid'))
})

test.each([204, 304])('the length beside a %i is not its own', (status) => {
  expect(answerFields(raw('Content-Length', '20'), { status, signed: false })).toEqual({
    list: [],
    length: null,
  })
})
