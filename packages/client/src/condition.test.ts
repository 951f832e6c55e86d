import { readFileSync } from 'node:fs'
import { errors } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { after, type Condition, conditions, isKept, leads, storedCondition } from './condition.ts'

const page = readFileSync(new URL('../../../docs/condition.md', import.meta.url), 'utf8')
const edges = page.split('\n').flatMap((line) => {
  const edge = /^ +(\w+) --> (\w+): (.+)$/.exec(line)
  return edge === null ? [] : [edge.slice(1).join(' ')]
})

describe('what an error leads to', () => {
  it('is said of every error', () => {
    expect(Object.keys(leads).sort()).toEqual(Object.keys(errors).sort())
  })

  it('is never a device that was not enrolled', () => {
    expect(Object.values(leads)).not.toContain('new')
  })

  it.each<[Condition, Condition, Condition]>([
    ['locked', 'waiting', 'waiting'],
    ['waiting', 'blocked', 'blocked'],
    ['open', 'revoked', 'revoked'],
    ['blocked', 'waiting', 'blocked'],
    ['blocked', 'unreadable', 'blocked'],
    ['blocked', 'wiped', 'wiped'],
    ['wiped', 'blocked', 'wiped'],
    ['wiped', 'suspended', 'suspended'],
    ['suspended', 'cloned', 'cloned'],
    ['cloned', 'suspended', 'cloned'],
    ['forgotten', 'suspended', 'forgotten'],
    ['cloned', 'forgotten', 'forgotten'],
    ['forgotten', 'key_missing', 'forgotten'],
    ['forgotten', 'revoked', 'revoked'],
    ['revoked', 'suspended', 'revoked'],
    ['blocked', 'open', 'open'],
    ['revoked', 'enrolling', 'enrolling'],
    ['revoked', 'new', 'new'],
  ])('after %s, hearing %s: %s', (now, heard, next) => {
    expect(after(now, heard)).toBe(next)
  })

  it('is kept in the record where the service said it', () => {
    const bound = { version: 1, key: { label: 'l', thumbprint: 't' }, device: 'd', user: 'u' } as const
    expect(storedCondition(null)).toBe('new')
    expect(storedCondition({ ...bound, phase: 'enrolled' })).toBeNull()
    expect(storedCondition({ ...bound, phase: 'revoked' })).toBe('revoked')
    expect(storedCondition({ ...bound, phase: 'unproven', reason: 'cloned' })).toBe('cloned')
  })
})

describe('docs/condition.md', () => {
  it.each(Object.entries(conditions))('says of %s what the code says', (name, { meaning, next, deletes }) => {
    expect(page).toContain(`| \`${name}\` | ${meaning} | ${next} | ${deletes} |`)
  })

  it('draws an edge for each error that leads somewhere, and no other', () => {
    const drawn = edges.filter((edge) => (edge.split(' ')[2] as string) in errors)
    const said = Object.entries(leads).flatMap(([code, to]) => (to === null ? [] : [`bound ${to} ${code}`]))
    expect(drawn.sort()).toEqual(said.sort())
  })

  it('draws the way back from every state that is kept', () => {
    const kept = (Object.keys(conditions) as Condition[]).filter((name) => isKept(name))
    expect(edges.filter((edge) => edge.endsWith(' enrolling enrol')).sort()).toEqual(
      [...kept, 'new'].map((name) => `${name} enrolling enrol`).sort(),
    )
  })
})
