/**
 * Conditions a bank writes itself, in CEL (the Common Expression Language), over whole numbers. Comparisons, arithmetic, logic and lists:
 * no calls, so neither loops nor regular expressions, and an evaluation costs no more than the length of what was written.
 */
import { type ASTNode, Environment } from '@marcbachmann/cel-js'

/** Every fact an expression may name, as an int. */
export type ExpressionFacts = {
  /** All payments of the request together, in minor units. */
  readonly amount: bigint
  /** How many payments it has. */
  readonly payments: bigint
  readonly device_age_seconds: bigint
  /** Since the newest of its payees was first paid; -1: one was never paid. */
  readonly payee_age_seconds: bigint
  /** Since this user first paid from this network; -1: never. */
  readonly network_age_seconds: bigint
  /** 0 to 23, UTC. */
  readonly hour: bigint
  /** 1 (Monday) to 7 (ISO 8601), UTC. */
  readonly weekday: bigint
  /** Habits: the largest transfer of the last days in minor units, and how many there were. */
  readonly largest: bigint
  readonly count: bigint
  /** Wrong passcodes that are still counted. */
  readonly failures: bigint
}
const facts: Readonly<Record<keyof ExpressionFacts, true>> = {
  amount: true,
  payments: true,
  device_age_seconds: true,
  payee_age_seconds: true,
  network_age_seconds: true,
  hour: true,
  weekday: true,
  largest: true,
  count: true,
  failures: true,
}

const longest = 500
const environment = new Environment({
  limits: { maxAstNodes: 100, maxDepth: 16, maxListElements: 32, maxMapEntries: 0, maxCallArguments: 0 },
})
for (const name of Object.keys(facts)) environment.registerVariable(name, 'int')

const operators: ReadonlySet<string> = new Set(
  'value id list in ?: || && !_ -_ == != < <= > >= + - * / %'.split(' '),
)

/** An AST node, among its parts. */
function isNode(part: unknown): part is ASTNode {
  return typeof part === 'object' && part !== null && 'op' in part && 'args' in part
}

/** Throws TypeError for anything but the operators above over facts, whole numbers and booleans. Returns whether a fact is named. */
function checkNode({ op, args }: ASTNode): boolean {
  if (!operators.has(op)) throw new TypeError(`${op} is not for these expressions`)
  if (op === 'value' && typeof args !== 'bigint' && typeof args !== 'boolean')
    throw new TypeError('values are whole numbers and booleans')
  if (op === 'id' && !Object.hasOwn(facts, args)) throw new TypeError('it names what is no fact')
  const inner = [args].flat(2) as readonly unknown[]
  const named = inner.filter(isNode).map(checkNode)
  return op === 'id' || named.includes(true)
}

/** Throws TypeError for what is no such expression. */
function parse(text: string): (values: ExpressionFacts) => unknown {
  if (text.length > longest) throw new TypeError(`it is longer than ${longest} characters`)
  const { valid, type, error } = environment.check(text)
  if (!valid) throw new TypeError(error?.message.split('\n')[0] ?? 'it is no expression')
  if (type !== 'bool') throw new TypeError(`it is of the type ${type}, not bool`)
  const parsed = environment.parse(text)
  if (!checkNode(parsed.ast)) throw new TypeError('it names no fact, so it says the same of every transfer')
  return parsed
}

/**
 * Throws TypeError for what is no such expression. One that fails when it is evaluated, by an overflow or a division by zero, applies:
 * nobody gets past a rule by making it fail.
 */
export function compileExpression(text: string): (values: ExpressionFacts) => boolean {
  const evaluate = parse(text)
  return (values) => {
    try {
      return evaluate(values) !== false
    } catch {
      return true
    }
  }
}
