import type { RequestListener } from 'node:http'
import { utf8 } from '@holdfast/core'
import type { ApprovalForm, HoldfastServer } from '@holdfast/server'
import { describe, expect, test } from 'vitest'
import { backend, exchangeRaw, gatewayTo, requestText, signedUnsafe } from '../../test/fixture.ts'
import type { GatewayRoute } from './route.ts'

const form: ApprovalForm = {
  title: 'Pay',
  acr: 'presence',
  fields: [{ name: 'to', label: 'To', type: 'name' }],
}
const route: GatewayRoute = {
  path: '/pay',
  methods: ['POST'],
  policy: 'signed',
  signer: 'any',
  fields: [],
  upstream: 'bank',
  forward: [],
  approve: form,
}

/** What became of each approval, in order. */
async function rig(listener: RequestListener, retriesIdempotently: boolean) {
  const approvals: string[] = []
  const say = async (what: string): Promise<void> => void approvals.push(what)
  const take: HoldfastServer['approvals']['take'] = async () => ({
    body: utf8('{"to":"Ann"}'),
    evidence: 'evidence',
    settle: (status) => say(`settled ${status}`),
    unknown: () => say('unknown'),
    unsent: () => say('unsent'),
  })
  const { url, server: bank } = await backend(listener)
  const { port, server } = await gatewayTo({
    url,
    routes: [route],
    upstream: { retriesIdempotently },
    server: { approvals: { take } },
  })
  const pay = (key?: string): Promise<string> =>
    exchangeRaw(
      port,
      requestText('POST /pay', [...signedUnsafe(key), 'Content-Type: text/plain'], '{ "to": "Ann" }'),
    )
  return { pay, approvals, claims: server.claims, bank }
}

describe('an approved request', () => {
  test('reaches the backend as it was approved, with evidence nobody else can bring', async () => {
    let seen: unknown
    const { pay, approvals } = await rig(({ headers }, response) => {
      seen = [headers['content-type'], headers['holdfast-approval'], headers['content-length']]
      response.end()
    }, false)
    await pay()
    expect(seen).toEqual(['application/json', 'evidence', '12'])
    expect(approvals).toEqual(['settled 200'])
  })

  test.each([201, 400, 409, 500, 503])('is settled by the status of its answer: %i', async (status) => {
    const { pay, approvals, claims } = await rig(
      (_, response) => void response.writeHead(status).end('x'),
      true,
    )
    await pay('once')
    await pay('once')
    expect([approvals, claims]).toEqual([[`settled ${status}`], [`settled ${status} x`]])
  })

  // Counted, and sent by nobody again: a backend that knows its keys does not tell the limits what it did.
  test.each([true, false])(
    'whose answer is lost counts as done (retriesIdempotently %s)',
    async (retries) => {
      const { pay, approvals, claims } = await rig(({ socket }) => void socket.destroy(), retries)
      expect(await pay()).toContain('outcome_unknown')
      expect([approvals, claims]).toEqual([['unknown'], ['unknown']])
    },
  )

  test.each([true, false])(
    'stands as before when no backend was there (retriesIdempotently %s)',
    async (retries) => {
      const { pay, approvals, claims, bank } = await rig((_, response) => void response.end(), retries)
      await new Promise((resolve) => bank.close(resolve))
      expect(await pay()).toContain('upstream_unreachable')
      expect([approvals, claims]).toEqual([['unsent'], ['released']])
    },
  )
})
