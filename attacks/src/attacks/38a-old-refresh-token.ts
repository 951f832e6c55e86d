/** A refresh token from an old backup of the phone, or of its clone: long rotated away, but once good. */
import { type Attack, type Outcome, verdict } from '../attack.ts'
import { enrol, refreshRequest, tokensOf } from '../phone.ts'
import type { Target } from '../target.ts'

export const attack: Attack = {
  id: '38a-old-refresh-token',
  title: 'Refresh with a token that was rotated away',
  power: 'holds a copy of the app’s state and can use its device key',
  gain: 'a second, unnoticed branch of the session',
  requirement: 'T5',
  section: '5',
  expect: 'session_ended',
  weaken: {
    file: 'server/stores/rotation.js',
    text: "return { kind: 'reuse' };",
    instead: "return { kind: 'rotate' };",
  },
  async run(target: Target): Promise<Outcome> {
    const phone = await enrol(target)
    let { refresh } = phone.tokens
    const refreshed = async (token: string) =>
      target.send(await refreshRequest(target, phone.deviceKey, token))
    for (let i = 0; i < 2; i++) refresh = tokensOf(await refreshed(refresh)).refresh
    const answer = await refreshed(phone.tokens.refresh)
    return verdict(answer, answer.status === 200 && 'the service gave new tokens for an old one')
  },
}
