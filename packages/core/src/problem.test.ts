import { describe, expect, it } from 'vitest'
import { errors, HoldfastError, isErrorCode } from './errors.ts'
import { parseProblem, problemOf } from './problem.ts'

describe('problems', () => {
  it.each(Object.keys(errors).filter(isErrorCode))('%s is read back', (code) => {
    const problem = problemOf(
      new HoldfastError(code, { cause: new Error('the cause'), reference: 'r-1' }),
      403,
    )
    const text = JSON.stringify(problem)
    expect(text).not.toContain('the cause')
    expect(parseProblem(text)).toMatchObject({ code, reference: 'r-1' })
    expect(problem).toMatchObject({ status: 403, type: `https://holdfast.dev/errors#${code}` })
  })

  it('has no reference when there is none', () => {
    expect(problemOf(new HoldfastError('replayed'), 401)).not.toHaveProperty('reference')
    expect(parseProblem('{"code":"replayed"}')?.reference).toBeUndefined()
  })

  it('says what a step-up asks for, and no more', () => {
    const code = 'insufficient_user_authentication'
    for (const demand of [{ acr: 'passcode', maxAge: 300 }, { acr: 'presence' }] as const) {
      const problem = problemOf(new HoldfastError(code, { demand }), 401)
      expect(problem.acr_values).toBe(demand.acr)
      expect(parseProblem(JSON.stringify(problem))?.demand).toEqual(demand)
    }
    expect(problemOf(new HoldfastError(code), 401)).not.toHaveProperty('acr_values')
    expect(parseProblem(`{"code":"${code}"}`)?.demand).toBeUndefined()
    expect(parseProblem(`{"code":"${code}","max_age":5}`)?.demand).toBeUndefined()
  })

  it.each([
    '{"code":"replayed","acr_values":"device"}',
    '{"code":"replayed","acr_values":["passcode"]}',
    '{"code":"replayed","acr_values":"passcode","max_age":"5"}',
    '{"code":"replayed","acr_values":"passcode","max_age":-1}',
    '{"code":"replayed","acr_values":"passcode","max_age":0.5}',
    '',
    'null',
    '[]',
    '"replayed"',
    '<html>',
    '{}',
    '{"code":"unheard_of"}',
    '{"code":"toString"}',
    '{"code":"__proto__"}',
    '{"code":["replayed"]}',
    '{"code":"replayed","reference":1}',
    '{"code":"replayed","reference":"<script>"}',
    `{"code":"replayed","reference":"${'a'.repeat(65)}"}`,
    '['.repeat(100_000),
  ])('%j is none of ours', (text) => {
    expect(parseProblem(text)).toBeNull()
  })
})

describe('the error table', () => {
  it.each(Object.entries(errors))('%s says what happened and what to do', (_, { meaning, next }) => {
    expect(meaning).toMatch(/^\S.*\S$/)
    expect(next).toMatch(/^\S.*\S$/)
  })

  it('keeps input and causes out of messages', () => {
    const error = new HoldfastError('replayed', { cause: 'secret', retryAfter: 6 })
    expect(error.message).toBe(errors.replayed.meaning)
    expect(error).toMatchObject({ name: 'HoldfastError', cause: 'secret', retryAfter: 6 })
    expect('cause' in new HoldfastError('replayed')).toBe(false)
  })
})
