/** Serves a bundle under the strictest CSP an app can have, and on `localhost`, which is a secure context without TLS. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { bundlePage, type PageKind } from './bundle.ts'

export type Site = {
  /** `http://localhost:…`: known before the gateway is, which has to allow it. */
  readonly origin: string
  /** Lets pages loaded from now on connect there. */
  allow(...origins: readonly string[]): void
  /** Answers what is no file of the page; for paths the test invents. */
  answer(handler: (request: IncomingMessage, response: ServerResponse) => void): void
  /** The same page at an origin of its own: nothing is stored there. */
  another(): Promise<Site>
  close(): Promise<void>
}

const html =
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>Holdfast</title><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>'

/** `entry`: the file of the page, absolute ({@link bundlePage}). */
export async function openSite(entry: string, kind: PageKind = {}): Promise<Site> {
  const { files } = await bundlePage(entry, kind)
  return serve(files)
}

async function serve(files: ReadonlyMap<string, Uint8Array>): Promise<Site> {
  const connect = new Set(["'self'"])
  let other = (_request: IncomingMessage, response: ServerResponse): void =>
    void response.writeHead(404).end()

  const policy = (): string =>
    `default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src ${[...connect].join(' ')}; ` +
    "img-src data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
  function handle(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url ?? '', 'http://localhost')
    const file = pathname === '/' ? html : files.get(pathname.slice(1))
    if (file === undefined) return other(request, response)
    const type =
      pathname === '/' ? 'text/html' : pathname.endsWith('.wasm') ? 'application/wasm' : 'text/javascript'
    const fields = { 'content-type': `${type}; charset=utf-8`, 'content-security-policy': policy() }
    response.writeHead(200, { ...fields, 'x-content-type-options': 'nosniff' }).end(file)
  }

  const server = createServer(handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    allow(...origins): void {
      for (const origin of origins) connect.add(origin)
    },
    answer(handler): void {
      other = handler
    },
    another: () => serve(files),
    close(): Promise<void> {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
