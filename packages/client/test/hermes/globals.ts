/**
 * What a phone brings beside the JavaScript engine (docs/react-native.md), as small as our code needs it: the bare VM has none of it. For
 * these tests alone; what is wrong here shows as a failure of them. Nothing in here may use what it stands in for.
 */
type Bag = Record<string, unknown>
const scope = globalThis as unknown as Bag

class TextEncoderHere {
  encode(text = ''): Uint8Array {
    const octets: number[] = []
    const escaped = encodeURIComponent(
      text
        .replace(/[\ud800-\udbff](?![\udc00-\udfff])/g, '\ufffd')
        .replace(/(^|[^\ud800-\udbff])[\udc00-\udfff]/g, '$1\ufffd'),
    )
    for (let i = 0; i < escaped.length; i++) {
      if (escaped[i] !== '%') octets.push(escaped.charCodeAt(i))
      else {
        octets.push(Number.parseInt(escaped.slice(i + 1, i + 3), 16))
        i += 2
      }
    }
    return Uint8Array.from(octets)
  }
}

class TextDecoderHere {
  readonly #fatal: boolean
  readonly #keepsMark: boolean
  constructor(_label = 'utf-8', { fatal = false, ignoreBOM = false } = {}) {
    this.#fatal = fatal
    this.#keepsMark = ignoreBOM
  }
  decode(octets: Uint8Array = new Uint8Array(0)): string {
    let escaped = ''
    for (const octet of octets) escaped += `%${octet.toString(16).padStart(2, '0')}`
    let text: string
    try {
      text = decodeURIComponent(escaped)
    } catch {
      if (this.#fatal) throw new TypeError('not UTF-8')
      text = '\ufffd'
    }
    return this.#keepsMark ? text : text.replace(/^\ufeff/, '')
  }
}

function resolved(text: string, base: string): string {
  // Of files the suites look at the name alone.
  if (base.startsWith('file:')) return `file:///${text.replace(/^(?:\.\.\/)+/, '')}`
  return text.startsWith('/') && base !== '' ? new UrlHere(base).origin + text : text
}

/** URLs of one authority, as the tests have them: no more is parsed than that. */
class UrlHere {
  readonly protocol: string
  readonly hostname: string
  readonly port: string
  readonly pathname: string
  readonly search: string
  readonly username = ''
  readonly password = ''
  constructor(text: string, base: unknown = '') {
    const whole = resolved(text, String(base))
    const found = /^(https?:|file:)\/\/([^/?#:@]*)(?::(\d+))?(\/[^?#]*)?(\?[^#]*)?$/.exec(whole)
    if (found === null) throw new TypeError('no URL for this stand-in')
    const [, protocol = '', hostname = '', port = '', pathname = '/', search = ''] = found
    if (/%2e|\/\.{1,2}(\/|$)|[^!-~]/i.test(pathname)) throw new TypeError('no path for this stand-in')
    this.protocol = protocol
    this.hostname = hostname.toLowerCase()
    this.port = port === (protocol === 'https:' ? '443' : '80') ? '' : port
    this.pathname = pathname
    this.search = search
  }
  get host(): string {
    return this.port === '' ? this.hostname : `${this.hostname}:${this.port}`
  }
  get origin(): string {
    return `${this.protocol}//${this.host}`
  }
  get href(): string {
    return this.origin + this.pathname + this.search
  }
  toString(): string {
    return this.href
  }
}

class HeadersHere {
  readonly #all = new Map<string, string>()
  constructor(init: Iterable<readonly [string, string]> | Record<string, string> = []) {
    const pairs = Symbol.iterator in init ? init : Object.entries(init)
    for (const [name, value] of pairs) this.append(name, value)
  }
  append(name: string, value: string): void {
    const before = this.get(name)
    this.set(name, before === null ? value : `${before}, ${value}`)
  }
  set(name: string, value: string): void {
    this.#all.set(name.toLowerCase(), value.trim())
  }
  get(name: string): string | null {
    return this.#all.get(name.toLowerCase()) ?? null
  }
  has(name: string): boolean {
    return this.#all.has(name.toLowerCase())
  }
  keys(): string[] {
    return [...this.#all.keys()].sort()
  }
  *[Symbol.iterator](): Generator<[string, string]> {
    for (const name of this.keys()) yield [name, this.get(name) as string]
  }
}

type Source = {
  start?(controller: StreamController): unknown
  pull?(controller: StreamController): unknown
  cancel?(reason: unknown): unknown
}
type StreamController = { enqueue(value: unknown): void; close(): void; error(reason: unknown): void }

/** Pulled when it is read and empty. */
class ReadableStreamHere {
  locked = false
  readonly #queue: unknown[] = []
  readonly #source: Source
  #closed = false
  #failure: { reason: unknown } | null = null
  readonly #started: Promise<unknown>
  readonly #controller: StreamController = {
    enqueue: (value) => void this.#queue.push(value),
    close: () => {
      this.#closed = true
    },
    error: (reason) => {
      this.#failure = { reason }
    },
  }
  constructor(source: Source = {}) {
    this.#source = source
    this.#started = Promise.resolve(source.start?.(this.#controller))
  }
  getReader(): unknown {
    if (this.locked) throw new TypeError('locked')
    this.locked = true
    return {
      read: () => this.#read(),
      cancel: (reason: unknown) => this.cancel(reason),
      releaseLock: () => {
        this.locked = false
      },
    }
  }
  async #read(): Promise<{ done: boolean; value: unknown }> {
    await this.#started
    for (;;) {
      if (this.#queue.length > 0) return { done: false, value: this.#queue.shift() }
      if (this.#failure !== null) throw this.#failure.reason
      if (this.#closed || this.#source.pull === undefined) return { done: true, value: undefined }
      await this.#source.pull(this.#controller)
    }
  }
  async cancel(reason?: unknown): Promise<void> {
    this.#closed = true
    this.#queue.length = 0
    await this.#source.cancel?.(reason)
  }
}

class ResponseHere {
  readonly status: number
  readonly headers: unknown
  constructor(body: unknown, { status, headers }: { status: number; headers: unknown }) {
    if (body !== null) throw new TypeError('React Native’s own holds no stream')
    if (status < 200 || status > 599) throw new RangeError('status')
    this.status = status
    this.headers = headers
  }
}

class AbortControllerHere {
  readonly signal = {
    aborted: false,
    throwIfAborted: (): void => undefined,
    addEventListener: (): void => undefined,
  }
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Numbers of `from` bits as numbers of `to` bits; what is left over is filled up with zeros, or dropped. */
function regrouped(values: readonly number[], from: number, to: number, fill: boolean): number[] {
  const made: number[] = []
  let held = 0
  let bits = 0
  for (const value of values) {
    held = (held << from) | value
    bits += from
    for (; bits >= to; bits -= to) made.push((held >> (bits - to)) & ((1 << to) - 1))
    held &= (1 << bits) - 1
  }
  return fill && bits > 0 ? [...made, held << (to - bits)] : made
}
function atobHere(text: string): string {
  const values = Array.from(text.replace(/=+$/, ''), (character) => alphabet.indexOf(character))
  return String.fromCharCode(...regrouped(values, 6, 8, false))
}
function btoaHere(binary: string): string {
  const values = Array.from(binary, (character) => character.charCodeAt(0))
  const text = regrouped(values, 8, 6, true).map((value) => alphabet[value])
  return text.join('').padEnd(Math.ceil(binary.length / 3) * 4, '=')
}

/** The engine of React Native has it since 2022; this VM is older. */
function allSettled(promises: Iterable<PromiseLike<unknown>>): Promise<unknown[]> {
  return Promise.all(
    [...promises].map((one) =>
      Promise.resolve(one).then(
        (value) => ({ status: 'fulfilled', value }),
        (reason: unknown) => ({ status: 'rejected', reason }),
      ),
    ),
  )
}
Object.assign(Promise, { allSettled })

/** For `instanceof`. */
function NothingIsOne(): never {
  throw new TypeError('none here')
}

Object.assign(scope, {
  atob: atobHere,
  btoa: btoaHere,
  TextEncoder: TextEncoderHere,
  TextDecoder: TextDecoderHere,
  URL: UrlHere,
  URLSearchParams: NothingIsOne,
  Blob: NothingIsOne,
  Headers: HeadersHere,
  Response: ResponseHere,
  ReadableStream: ReadableStreamHere,
  AbortController: AbortControllerHere,
})
