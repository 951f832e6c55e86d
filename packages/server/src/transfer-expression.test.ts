import { describe, expect, it } from 'vitest'
import { compileExpression, type ExpressionFacts } from './transfer-expression.ts'

const facts: ExpressionFacts = {
  amount: 150_000n,
  payments: 2n,
  device_age_seconds: 3600n,
  payee_age_seconds: -1n,
  network_age_seconds: 60n,
  hour: 23n,
  weekday: 7n,
  largest: 50_000n,
  count: 9n,
  failures: 1n,
}

describe('an expression', () => {
  it.each<[string, boolean]>([
    ['amount > 100000', true],
    ['amount > 100000 && payee_age_seconds < 86400', true],
    ['amount / payments > 100000', false],
    ['hour in [22, 23, 0, 1, 2, 3, 4, 5] && weekday in [6, 7]', true],
    ['device_age_seconds < 600 || network_age_seconds == -1', false],
    ['count >= 5 ? amount > 2 * largest : amount > 50000', true],
    ['!(failures > 0)', false],
    ['amount % 100 != 0', false],
    ['-failures < 0', true],
    ['true && amount > 0', true],
  ])('%s: %s', (text, expected) => {
    expect(compileExpression(text)(facts)).toBe(expected)
  })

  it.each([
    'amount / (failures - 1) > 0',
    'amount % (failures - 1) == 0',
    'amount * 9223372036854775807 > 0',
    'largest + 9223372036854775807 < 0',
  ])('applies when it fails: %s', (text) => {
    expect(compileExpression(text)(facts)).toBe(true)
  })

  it('applies when a fact is missing', () => {
    expect(compileExpression('hour < 5')({} as ExpressionFacts)).toBe(true)
  })

  it.each([
    ['what does not parse', 'amount >'],
    ['nothing', ''],
    ['two of them', 'amount > 1; amount < 2'],
    ['no bool', 'amount'],
    ['a bool in one branch alone', 'amount > 1 ? true : 1'],
    ['an unknown name', 'balance > 1'],
    ['a name that objects inherit', 'constructor == amount'],
    ['a member', 'amount.minor > 1'],
    ['types that do not fit', 'amount > "1000"'],
    ['text', '"a" == "a" && amount > 1'],
    ['a fraction', 'amount > 1000.5'],
    ['an unsigned number', 'amount > 5u'],
    ['bytes', 'b"a" == b"a" && amount > 1'],
    ['null', 'null == null && amount > 1'],
    ['a type', 'int == int && amount > 1'],
    ['a call', 'string(amount) == "1"'],
    ['a call without arguments', 'amount.string() == 1'],
    ['a regular expression', 'string(amount).matches("(a+)+$")'],
    ['a loop', '[1, 2].all(x, x < amount)'],
    ['a map', '{"a": amount}["a"] > 1'],
    ['an index', '[amount][0] > 1'],
    ['no fact', '1 < 2'],
    ['true', 'true'],
    ['more than 500 characters', `amount > 1${' '.repeat(500)}`],
    ['more than 100 parts', Array.from({ length: 60 }, () => 'amount>1').join('||')],
    ['parentheses 17 deep', `${'('.repeat(17)}amount > 1${')'.repeat(17)}`],
    ['a list of 33', `hour in [${Array.from({ length: 33 }, (_, i) => i).join()}]`],
  ])('is refused when it is %s', (_, text) => {
    expect(() => compileExpression(text)).toThrow(TypeError)
  })
})
