/** Who gets it. */
import { ibanGroups } from '../bank/iban.ts'
import type { Recipient } from '../nav/routes.ts'
import { Avatar } from './Disc.tsx'
import { ListRow } from './ListRow.tsx'

export function RecipientRow({ to: { name, iban } }: { readonly to: Recipient }) {
  return <ListRow title={name} text={ibanGroups(iban)} mark={<Avatar name={name} />} whole />
}
