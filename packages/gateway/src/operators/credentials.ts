/** An operator's credentials as they stand in a file. */
import type { OperatorCredentials } from '@holdfast/server'
import * as v from 'valibot'

export const credentialsForm: v.GenericSchema<unknown, OperatorCredentials> = v.strictObject({
  name: v.string(),
  secret: v.string(),
})

/** Throws for anything else. */
export function parseCredentials(text: string): OperatorCredentials {
  return v.parse(credentialsForm, JSON.parse(text))
}

export function formatCredentials(credentials: OperatorCredentials): string {
  return `${JSON.stringify(credentials, null, 2)}\n`
}
