/** The presence port of a browser. */
import { webPlatform } from '@holdfast/client/web'

const { presence } = webPlatform({ name: 'bank' })
if (presence === null) throw new TypeError('not the web platform')
const text = (): string => ''

export const api = {
  available: () => presence.available(),
  create: (label: string, challenge: Uint8Array, options: Record<string, unknown>) =>
    presence.create(label, { text, challenge, options }),
  prove: (label: string, challenge: Uint8Array, options: Record<string, unknown>) =>
    presence.prove(label, { text: '', challenge, options }),
  secret: (label: string) => presence.secret(label),
  remove: (label: string) => presence.remove(label),
  /** From now on a new passkey says that it has a secret, and gives it when it is used: as phones do. */
  withholdSecret(): void {
    const { credentials } = navigator
    const create = credentials.create.bind(credentials)
    const withholding: typeof create = async (options) =>
      Object.assign((await create(options)) as Credential, {
        getClientExtensionResults: () => ({ prf: { enabled: true } }),
      })
    Object.assign(credentials, { create: withholding })
  },
}
