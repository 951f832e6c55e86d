import { randomBytes } from 'node:crypto'

/** 128 random bits behind a word that says of what: `tx_…`. Owners are checked all the same; an id is no permission. */
export function newId(kind: 'acc' | 'tx' | 'bat' | 'pay' | 'so' | 'crd' | 'doc'): string {
  return `${kind}_${randomBytes(16).toString('base64url')}`
}
