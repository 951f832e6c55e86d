import { expect, test } from 'vitest'
import { cardForm, noRules, openBank, routes, transferForm } from '../test/approval.ts'
import type { ApprovalForm } from './approval-form.ts'
import type { Deployment, ServerRule } from './deployment.ts'
import { defaultPolicy } from './policy.ts'
import { createServer } from './server.ts'

const rule: ServerRule = {
  path: '/cards',
  methods: ['POST', 'PUT'],
  policy: 'signed',
  signer: 'any',
  fields: [],
  approve: cardForm,
}
const starting = (parts: Partial<Deployment>): Promise<unknown> => openBank({}, { parts })

test('a route with a form starts when nothing gets around it', async () => {
  await starting({ routes: [...routes, rule, { path: '/*', policy: 'signed', signer: 'any', fields: [] }] })
})

const inYen: ApprovalForm = {
  ...transferForm,
  fields: transferForm.fields.map((field) =>
    field.type === 'money' ? { ...field, currencies: ['JPY'] } : field,
  ),
}
const { transfer: _transfer, ...unjudged } = transferForm
const { methods: _, ...anyMethod } = rule
const before: ServerRule = { path: '/*', policy: 'signed', signer: 'any', fields: [] }
const wrongs: Array<[string, readonly ServerRule[], RegExp]> = [
  ['an open route', [{ ...rule, policy: 'open' }], /\/cards: .*open/],
  ['a path that is many', [{ ...rule, path: '/cards/*' }], /\/cards\/\*: .*exact/],
  ['all methods', [anyMethod], /\/cards: .*methods/],
  ['a safe method', [{ ...rule, methods: ['POST', 'GET'] }], /\/cards: .*methods/],
  ['fields nobody is shown', [{ ...rule, fields: ['x-branch'] }], /\/cards: .*fields/],
  ['a rule before it that takes the request', [before, rule], /\/cards: .*before/],
  ['a rule before it for one of its methods', [{ ...before, methods: ['PUT'] }, rule], /\/cards: .*before/],
  ['a form that is none', [{ ...rule, approve: { ...cardForm, fields: [] } }], /\/cards: /],
  ['money no rule would judge', [{ ...rule, approve: unjudged }], /\/cards: .*transfer/],
  ['money the rules do not know', [{ ...rule, approve: inYen }], /\/cards: .*EUR/],
]
test.each(wrongs)('refuses %s, and names it', async (_what, wrong, message) => {
  const failure: unknown = await starting({ routes: wrong }).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(TypeError)
  expect((failure as Error).message).toMatch(message)
})

test('refuses a form that names a transfer where there are no rules', async () => {
  const { transfers: _none, ...deployment } = (await openBank()).stage.deployment
  const approving = createServer({ ...deployment, routes: [{ ...rule, approve: transferForm }] })
  await expect(approving).rejects.toThrow(/\/cards: .*transfer/)
})

test.each([
  ['no operator who could release', { releases: 0 }],
  ['half an operator', { releases: 1.5 }],
  ['holds of no time', { holdSeconds: 0 }],
  ['releases of no time', { releasedSeconds: 0 }],
])('refuses %s', async (_what, wrong) => {
  await expect(starting({ transfers: { ...noRules, ...wrong } })).rejects.toThrow(TypeError)
})

test.each([{ lifeSeconds: 301 }, { lifeSeconds: 0 }, { open: 0 }, { perMinute: 0.5 }])(
  'refuses the policy %j',
  async (wrong) => {
    const approval = { ...defaultPolicy.approval, ...wrong }
    await expect(openBank({}, { policy: { approval } })).rejects.toThrow(/policy\.approval/)
  },
)
