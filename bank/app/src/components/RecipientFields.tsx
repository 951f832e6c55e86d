/** IBAN and name of somebody new, and what came of comparing them, in plain words. */
import type { IbanJudgement } from '../bank/iban.ts'
import { ibanGroups } from '../bank/iban.ts'
import type { PayeeCheck } from '../bank/shapes.ts'
import type { RecipientDraft } from '../state/use-recipient.ts'
import { isLargeText } from '../rem.ts'
import { useTheme } from '../theme.ts'
import type { WordsOf } from '../words/en.ts'
import { useWords } from '../words/language.tsx'
import { Banner } from './Banner.tsx'
import { Button } from './Button.tsx'
import { Field } from './Field.tsx'
import { Icon } from './Icon.tsx'
import { Spinner, useSlow } from './Spinner.tsx'

function ibanHint(judgement: IbanJudgement, words: WordsOf<'payees'>['form']): object {
  switch (judgement.kind) {
    case 'empty':
      return { hint: words.ibanHint }
    case 'short':
      return { hint: words.left(judgement.left) }
    case 'right':
      return { hint: words.right }
    case 'wrong':
    case 'elsewhere':
      return { error: words[judgement.kind] }
    default:
      throw new TypeError('there is no such judgement')
  }
}

export function RecipientFields({ draft }: { readonly draft: RecipientDraft }) {
  const { colors } = useTheme()
  const { form, check } = useWords().payees
  const { judgement } = draft
  const waiting = useSlow(draft.check.state === 'running')
  return (
    <>
      <Field
        label={form.iban}
        value={ibanGroups(draft.iban)}
        onChange={draft.setIban}
        input={{
          autoCapitalize: 'characters',
          autoComplete: 'off',
          autoCorrect: false,
          spellCheck: false,
          // Large text needs a second line for it.
          multiline: isLargeText(),
          numberOfLines: isLargeText() ? 2 : 1,
          placeholder: 'DE00 0000 0000 0000 0000 00',
        }}
        {...(judgement.kind === 'right' ? { end: <Icon name="check" color={colors.good} /> } : {})}
        {...ibanHint(judgement, form)}
      />
      <Field
        label={form.name}
        hint={waiting ? form.checking : form.nameHint}
        value={draft.name}
        onChange={draft.setName}
        input={{ maxLength: 70, autoComplete: 'off', autoCapitalize: 'words', autoCorrect: false }}
        {...(waiting ? { end: <Spinner color={colors.brand} /> } : {})}
      />
      {draft.check.state === 'done' ? (
        <Match check={draft.check.check} name={draft.name.trim()} onTake={draft.setName} />
      ) : null}
      {draft.check.state === 'failed' ? (
        <Banner tone="warn" title={check.unknown} text={draft.check.error}>
          <Button kind="quiet" title={check.again} onPress={draft.again} fits />
        </Banner>
      ) : null}
    </>
  )
}

type MatchProps = {
  readonly check: PayeeCheck
  readonly name: string
  readonly onTake: (name: string) => void
}

function Match({ check: { match, name: meant = '' }, name, onTake }: MatchProps) {
  const { check } = useWords().payees
  switch (match) {
    case 'exact':
      return <Banner tone="good" title={check.exact} text={check.exactText(name)} />
    case 'close':
      return (
        <Banner tone="warn" title={check.close(meant)} text={check.closeText}>
          <Button kind="secondary" title={check.take(meant)} onPress={() => onTake(meant)} fits />
        </Banner>
      )
    case 'none':
      return <Banner tone="bad" title={check.none} text={check.noneText} />
    case 'unknown':
      return <Banner tone="brand" title={check.unknown} text={check.unknownText} />
    default:
      throw new TypeError('there is no such match')
  }
}
