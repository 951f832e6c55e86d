/** React Native's XMLHttpRequest as far as the network uses it: a server of this process answers, when the test says so. */
export type Sent = {
  readonly method: string
  readonly url: string
  readonly fields: ReadonlyArray<readonly [string, string]>
  readonly body: Uint8Array | null
  readonly withCredentials: boolean
  aborted: boolean
  /** The head, then the whole; `url` is where redirects ended. */
  head(status: number, fields: ReadonlyArray<readonly [string, string]>): void
  answer(status: number, fields: ReadonlyArray<readonly [string, string]>, body: string, url?: string): void
  fail(): void
}

/** The constructor, and what `arrive` hears of each request. */
export function fakeXhr(arrive: (sent: Sent) => void): new () => XMLHttpRequest {
  return class {
    readyState = 0
    status = 0
    responseURL = ''
    response: ArrayBuffer | null = null
    responseType = ''
    withCredentials = true
    readonly #listeners = new Map<string, () => void>()
    #line: { method: string; url: string } = { method: '', url: '' }
    readonly #asked: Array<[string, string]> = []
    #answered: ReadonlyArray<readonly [string, string]> = []
    #sent: Sent | null = null

    addEventListener(name: string, listener: () => void): void {
      this.#listeners.set(name, listener)
    }
    #tell(name: string): void {
      this.#listeners.get(name)?.()
    }
    open(method: string, url: string): void {
      this.#line = { method, url }
      this.readyState = 1
    }
    setRequestHeader(name: string, value: string): void {
      this.#asked.push([name, value])
    }
    getResponseHeader(name: string): string | null {
      return this.#answered.find(([one]) => one.toLowerCase() === name.toLowerCase())?.[1] ?? null
    }
    getAllResponseHeaders(): string {
      return this.#answered.map(([name, value]) => `${name.toLowerCase()}: ${value}\r\n`).join('')
    }
    send(body: Uint8Array | null): void {
      const head: Sent['head'] = (status, fields) => {
        this.status = status
        this.#answered = fields
        this.readyState = 2
        this.#tell('readystatechange')
      }
      const sent: Sent = {
        ...this.#line,
        fields: this.#asked,
        body,
        withCredentials: this.withCredentials,
        aborted: false,
        head,
        answer: (status, fields, text, url = this.#line.url) => {
          head(status, fields)
          this.responseURL = url
          this.response = new Uint8Array(Buffer.from(text)).buffer
          this.readyState = 4
          this.#tell('load')
        },
        fail: () => this.#tell('error'),
      }
      this.#sent = sent
      arrive(sent)
    }
    abort(): void {
      if (this.#sent !== null) this.#sent.aborted = true
    }
  } as unknown as new () => XMLHttpRequest
}
