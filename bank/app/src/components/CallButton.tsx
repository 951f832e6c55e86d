import { Linking } from 'react-native'
import { useWords } from '../words/language.tsx'
import { Button, type ButtonProps } from './Button.tsx'

/** The bank's own number, as it stands on its cards. */
const number = '+49305550100'

/** A person at the bank: the way on that is always there. */
export function CallButton({ kind = 'secondary' }: Pick<ButtonProps, 'kind'>) {
  const { standing } = useWords()
  return (
    <Button
      kind={kind}
      icon="call"
      title={standing.call}
      onPress={() => void Linking.openURL(`tel:${number}`)}
    />
  )
}
