import { useWords } from '../words/language.tsx'
import { Field } from './Field.tsx'

/** As it is printed: one line, in one form, no blanks beside it. */
export const plainReference = (typed: string): string => typed.normalize('NFC').replaceAll(/\s+/g, ' ').trim()

export type ReferenceFieldProps = { readonly value: string; readonly onChange: (text: string) => void }

export function ReferenceField({ value, onChange }: ReferenceFieldProps) {
  const { review } = useWords().transfer
  return (
    <Field
      label={review.reference}
      hint={review.referenceHint}
      value={value}
      onChange={onChange}
      input={{ maxLength: 140, autoComplete: 'off' }}
    />
  )
}
