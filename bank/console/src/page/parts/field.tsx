/** A labelled field with a hint below. */
import { type InputHTMLAttributes, type ReactNode, useId } from 'react'

type FieldProps = InputHTMLAttributes<HTMLInputElement> & { readonly label: string; readonly hint?: string }

export function Field({ label, hint, ...input }: FieldProps): ReactNode {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="text"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        {...(hint === undefined ? {} : { 'aria-describedby': `${id}-hint` })}
        {...input}
      />
      {hint !== undefined && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  )
}

/** A search field in a row of filters: the label is above, small. */
export function Filter({ label, ...input }: FieldProps): ReactNode {
  return (
    <label className="filter">
      <span>{label}</span>
      <input type="search" autoComplete="off" autoCapitalize="none" spellCheck={false} {...input} />
    </label>
  )
}
