/** The whole client in a browser, against a service at another origin. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWorld, digits, type World } from '../rig.ts'
import { chromiumPath, inChromium } from './chromium.ts'
import { pageFile, type StartedPage, startPage } from './page.ts'
import type { api } from './pages/client.ts'
import { openSite, type Site } from './site.ts'

describe.skipIf(chromiumPath === null)(inChromium('the client'), () => {
  let site: Site
  let server: Server
  let world: World
  let page: StartedPage<typeof api>

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const headers = Object.entries(message.headersDistinct).flatMap(([name, values = []]) =>
      values.map((value): [string, string] => [name, value]),
    )
    const { method = '', url = '' } = message
    const content = await buffer(message)
    const body = method === 'GET' || method === 'HEAD' ? {} : { body: content }
    const answer = await world.handler(new Request(world.origin + url, { method, headers, ...body }))
    response.writeHead(answer.status, [...answer.headers].flat()).end(Buffer.from(await answer.arrayBuffer()))
  }
  beforeAll(async () => {
    site = await openSite(pageFile('client.ts'))
    server = createServer((message, response) => void serve(message, response))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    world = await createWorld({ deployment: { origin, web: { origins: [site.origin], rpId: 'localhost' } } })
    page = await startPage({ site, gatewayOrigin: origin })
  })
  afterAll(async () => {
    await page.close()
    await site.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  const app = () => ({ origin: world.origin, trust: world.pins })

  it('enrols, calls, takes a passcode, and opens with it after a reload', async () => {
    await page.call('start', app())
    await page.call('enrol', await world.activationCode())
    await page.call('confirm', digits(world))
    await page.call('unlock')
    const echoed = await page.call('fetch', '/transfers', { method: 'POST', body: 'ten' })
    expect(JSON.parse(echoed)).toEqual({ method: 'POST', body: 'ten' })
    await page.call('setPasscode', '739104')

    await page.reload()
    await page.call('start', app())
    expect(await page.call('status')).toBe('enrolled')
    await page.call('unlock', '739104')
    expect(JSON.parse(await page.call('fetch', '/accounts'))).toEqual({ method: 'GET', body: '' })
    await page.call('lock')
    await expect(page.call('fetch', '/accounts')).rejects.toMatchObject({ code: 'locked' })
  })
})
