import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { foreign, ibans, openBooks } from '../../test/books.ts'
import type { Opened } from '../database/database.ts'
import { ownIban } from '../iban.ts'
import { checkPayee, compareNames } from './payee-check.ts'

describe('the name of a payee', () => {
  it.each([
    ['Jonas Keller', 'Jonas Keller'],
    ['jonas keller', 'Jonas Keller'],
    ['KELLER, Jonas', 'Jonas Keller'],
    ['Jonas  Keller', 'Jonas Keller'],
    ['Joerg Gross', 'Joerg Groß'],
    ['Zoe Muller-Luders', 'Zoë Müller-Lüders'],
    ['Łukasz Zając', 'Lukasz Zajac'],
  ])('%s is %s', (given, real) => expect(compareNames(given, real)).toBe('exact'))

  it.each([
    ['Jonas Kellr', 'Jonas Keller'],
    ['Jonas Kelller', 'Jonas Keller'],
    ['Jonaz Keler', 'Jonas Keller'],
    ['J Keller', 'Jonas Keller'],
    ['J. Keller', 'Jonas Keller'],
    ['Maria Lindqvist', 'Maria Sofia Lindqvist'],
    ['Maria S Lindqvist', 'Maria Sofia Lindqvist'],
  ])('%s is close to %s', (given, real) => expect(compareNames(given, real)).toBe('close'))

  it.each([
    ['Keller', 'Jonas Keller'],
    ['J K', 'Jonas Keller'],
    ['Jonas', 'Jonas Keller'],
    ['Maria Lindqvist', 'Jonas Keller'],
    ['Jo', 'Bo Li'],
    ['...', 'Jonas Keller'],
    ['👍', 'Jonas Keller'],
  ])('%s is not %s', (given, real) => expect(compareNames(given, real)).toBe('none'))
})

describe('checkPayee', () => {
  let books: Opened
  beforeAll(async () => (books = await openBooks()))
  afterAll(() => books.close())
  const check = (name: string, iban: string) => checkPayee(books.db, { name, iban })

  it('tells the name only to who almost knew it', async () => {
    expect(await check('Jonas Keller', ibans.jonas)).toEqual({ match: 'exact' })
    expect(await check('Jonas Kellner', ibans.jonas)).toEqual({ match: 'close', name: 'Jonas Keller' })
    expect(await check('Erika Muster', ibans.jonas)).toEqual({ match: 'none' })
  })

  it('knows that an account of this bank is nobody’s, and nothing of other banks', async () => {
    expect(await check('Jonas Keller', ownIban(77))).toEqual({ match: 'none' })
    expect(await check('Jonas Keller', foreign)).toEqual({ match: 'unknown' })
  })
})
