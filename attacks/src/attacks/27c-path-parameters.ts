/** Characters that servers treat as the end of a path, or as another slash, and policies do not. */
import type { Attack, Outcome } from '../attack.ts'
import { attemptEach, type Variant } from '../attempt.ts'
import { plain } from '../phone.ts'
import { randomText } from '../signer.ts'
import type { Target } from '../target.ts'

const tricks = ['/..;/', '/;x=/../', '/..\\', '/%zz/', '/{}/']

export const attack: Attack = {
  id: '27c-path-parameters',
  title: 'Reach a protected path by path parameters and backslashes',
  power: 'none: anybody on the Internet',
  gain: 'protected data without any signature, behind servers that cut at a semicolon',
  requirement: 'T7',
  section: '3.9',
  expect: 'ambiguous_request',
  weaken: {
    file: 'core/target.js',
    text: 'const path = raw.length <= maxLength ? form.exec(raw)?.[1] : undefined;',
    instead: 'return { raw, path: raw }; const path = undefined;',
  },
  async run(target: Target): Promise<Outcome> {
    const variants = tricks.map((trick): Variant => {
      const marker = `accounts-${randomText(6)}`
      return { name: trick, marker, request: plain(target, `${target.openPath}${trick}${marker}`) }
    })
    return attemptEach(target, variants)
  },
}
