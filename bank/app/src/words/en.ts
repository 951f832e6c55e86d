/** Everything the app says in English. One file a part of the app; de.ts has the same shape, and the compiler holds it to that. */
import { approval } from './en/approval.ts'
import { daily } from './en/daily.ts'
import { errors } from './en/errors.ts'
import { standing } from './en/standing.ts'
import { start } from './en/start.ts'

export const en = { start, daily, approval, standing, errors } as const

/** The same names, any text. */
type Same<Part> = Part extends string
  ? string
  : Part extends (...values: infer Values) => string
    ? (...values: Values) => string
    : { readonly [Name in keyof Part]: Same<Part[Name]> }

export type Words = Same<typeof en>
export type WordsOf<Part extends keyof Words> = Words[Part]
