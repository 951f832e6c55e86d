/** A customer with a phone, and what he does beside paying. */
import { type Hands, handsOf } from './hands.ts'
import type { Phone } from './stage.ts'

export type Customer = Phone & {
  readonly hands: Hands
  readonly says: (text: string | RegExp) => Promise<void>
  /** From wherever it is, by the last tab. */
  readonly open: (place: 'Security' | 'Devices' | 'Documents' | 'Settings') => Promise<void>
  /** Digits, and the button that sends them. */
  readonly type: (digits: string, send: string) => Promise<void>
  readonly byFinger: () => Promise<void>
}

export function customerWith(phone: Phone): Customer {
  const { page } = phone
  const hands = handsOf(phone)
  return {
    ...phone,
    hands,
    says: (text) => page.getByText(text).filter({ visible: true }).first().waitFor(),
    async open(place): Promise<void> {
      await hands.home()
      await page.getByRole('tab', { name: 'More' }).click()
      await hands.press(new RegExp(`^${place}`))
      await page.getByRole('heading', { name: place, exact: true }).filter({ visible: true }).waitFor()
    },
    async type(digits, send): Promise<void> {
      await page.getByRole('button', { name: '5', exact: true }).filter({ visible: true }).last().waitFor()
      await page.keyboard.type(digits)
      await hands.press(send)
    },
    async byFinger(): Promise<void> {
      await page.reload()
      await hands.press('Use finger or face')
      await page.getByRole('tab', { name: 'Home' }).waitFor()
    },
  }
}
