/** The app's requests: web-standard in and out, signed in between (docs/protocol.md 3). */
import {
  defaultRule,
  fieldsOf,
  findRule,
  HoldfastError,
  isSafeMethod,
  parseTarget,
  type RouteRule,
  toBase64url,
  utf8,
} from '@holdfast/core'
import { readSignedWhole } from './answer.ts'
import { approvedDraft, callByRule, type RuledCall } from './call.ts'
import type { NetworkAnswer, Platform } from './ports.ts'
import type { Calling } from './prompt.ts'
import type { Draft } from './request.ts'
import type { Sealing } from './sealed.ts'
import type { Service } from './statement.ts'

export type FetchBody = string | Uint8Array | URLSearchParams | Blob

export type FetchInit = {
  readonly method?: string
  readonly headers?: HeadersInit
  readonly body?: FetchBody | null
  readonly signal?: AbortSignal
  /**
   * 16 to 128 characters of `A-Za-z0-9_-`, for unsafe methods; without it one is made. An app that keeps it can send the
   * same payment again after a crash and the service lets it through once. `crypto.randomUUID()` makes a good one.
   */
  readonly idempotencyKey?: string
  /**
   * Lets nobody between this app and the service read request or answer (docs/protocol.md 8), also where the route does not
   * demand it. Both are held whole: at most 10 MiB each, and nothing of the answer comes before all of it.
   */
  readonly sealed?: boolean
  /**
   * The id of an approval, for unsafe methods: of one that was held and is released now ({@link Session.approvals}), the same request goes
   * through under it.
   */
  readonly approval?: string
}

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'])
/** What Holdfast signs or sends itself, and what belongs to the connection. */
const ours =
  /^(?:authorization|connection|content-digest|content-length|expect|host|keep-alive|signature|signature-input|te|trailer|transfer-encoding|upgrade|holdfast-.*)$/
const bodyless: ReadonlySet<number> = new Set([204, 205, 304])

/** The URL and its path. TypeError unless it lies at the service's origin and has one reading only. */
function target(input: string | URL, origin: string): { url: string; path: string } {
  const text = String(input)
  if (!text.startsWith('/') && !text.startsWith(`${origin}/`) && text !== origin) {
    throw new TypeError('fetch takes a path or a URL of its own origin')
  }
  const url = new URL(text, origin)
  if (url.origin !== origin || url.username !== '' || url.password !== '') {
    throw new TypeError('fetch takes a path or a URL of its own origin')
  }
  const raw = url.pathname + url.search
  try {
    return { url: origin + raw, path: parseTarget(raw).path }
  } catch (cause) {
    throw new TypeError('this path could be read in two ways', { cause })
  }
}

/** The bytes of a body and the type `fetch` would give it. */
async function bytesOf(body: FetchBody): Promise<{ bytes: Uint8Array; type: string | null }> {
  if (typeof body === 'string') return { bytes: utf8(body), type: 'text/plain;charset=UTF-8' }
  if (body instanceof Uint8Array) return { bytes: new Uint8Array(body), type: null }
  if (body instanceof URLSearchParams) {
    return { bytes: utf8(body.toString()), type: 'application/x-www-form-urlencoded;charset=UTF-8' }
  }
  if (!(body instanceof Blob)) throw new TypeError('a body is text, bytes, URLSearchParams or a Blob')
  return { bytes: new Uint8Array(await body.arrayBuffer()), type: body.type === '' ? null : body.type }
}

function idempotencyKey(init: FetchInit, headers: Headers, service: Service): string {
  const key = init.idempotencyKey ?? headers.get('idempotency-key')
  if (key === null) return toBase64url(service.platform.crypto.random(16))
  if (!/^[A-Za-z0-9_-]{16,128}$/.test(key))
    throw new TypeError('an Idempotency-Key has 16 to 128 characters of A-Za-z0-9_-')
  return key
}

type Read = { readonly draft: Draft; readonly path: string; readonly safe: boolean }

/** Everything the caller gave, read once. TypeError on misuse. */
async function read(service: Service, input: string | URL, init: FetchInit): Promise<Read> {
  const { url, path } = target(input, service.origin)
  const method = (init.method ?? 'GET').toUpperCase()
  if (!methods.has(method)) throw new TypeError('not a method fetch can send')
  const safe = isSafeMethod(method)
  const headers = new Headers(init.headers)
  if (safe && init.body !== undefined && init.body !== null) throw new TypeError(`${method} carries no body`)
  if (safe && init.idempotencyKey !== undefined) throw new TypeError(`${method} takes no Idempotency-Key`)
  for (const name of headers.keys())
    if (ours.test(name)) throw new TypeError(`the field ${name} is set by Holdfast`)
  const { bytes, type } = await bytesOf(init.body ?? new Uint8Array(0))
  if (type !== null && !headers.has('content-type')) headers.set('content-type', type)
  if (!safe) headers.set('idempotency-key', idempotencyKey(init, headers, service))
  const fields = [...headers].map(([name, value]): [string, string] => [name, value])
  try {
    fieldsOf(fields)
  } catch (cause) {
    throw new TypeError('a field holds what cannot be signed', { cause })
  }
  const draft = { method, url, fields, body: bytes }
  return { draft: underApproval(draft, init, safe), path, safe }
}

function underApproval(draft: Draft, { approval }: FetchInit, safe: boolean): Draft {
  if (approval === undefined) return draft
  if (safe) throw new TypeError(`${draft.method} takes no approval`)
  if (!/^[A-Za-z0-9_-]{16,128}$/.test(approval))
    throw new TypeError('not the id of an approval: 16 to 128 characters of A-Za-z0-9_-')
  return approvedDraft(draft, approval)
}

/** Passes a body on and turns its breaking off into our error. */
function streamOf(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  return new ReadableStream<Uint8Array>({
    async pull(controller): Promise<void> {
      try {
        const chunk = await reader.read()
        if (chunk.done) controller.close()
        else controller.enqueue(chunk.value)
      } catch (cause) {
        controller.error(new HoldfastError('network_unreachable', { cause }))
      }
    },
    cancel: (reason: unknown): Promise<void> => reader.cancel(reason),
  })
}

const standardResponse: NonNullable<Platform['response']> = (body, init) => new Response(body, init)

/**
 * Throws for an answer that no `Response` can hold, such as one of status 600, and never asks for another: an unsafe request
 * may have run, which `outcome_unknown` says.
 */
function responseOf(
  answer: NetworkAnswer,
  safe: boolean,
  { response = standardResponse }: Platform,
): Response {
  const { status, rawFields } = answer
  try {
    const headers = new Headers()
    for (let i = 0; i + 1 < rawFields.length; i += 2) {
      headers.append(rawFields[i] as string, rawFields[i + 1] as string)
    }
    const empty = new Response(null, { status, headers })
    return bodyless.has(status) ? empty : response(streamOf(answer.body), { status, headers })
  } catch (cause) {
    answer.body.cancel().catch(() => undefined)
    throw new HoldfastError(safe ? 'upstream_invalid' : 'outcome_unknown', { cause })
  }
}

export type Order<Result> = {
  readonly input: string | URL
  readonly init: FetchInit
  /** Fields of ours beside the caller's. */
  readonly further: Draft['fields']
  readonly sealing: Sealing
  readonly timeoutCovers: 'head' | 'answer'
  /** Throws for a rule this order is not for. */
  readonly check?: (rule: RouteRule) => void
  readonly accept: (safe: boolean) => RuledCall<Result>['accept']
}

/** What {@link fetchSigned} says about rejections holds for every order. */
export async function place<Result>(
  service: Service,
  standing: Calling,
  order: Order<Result>,
): Promise<Result> {
  const { input, init, further, sealing, timeoutCovers, check, accept } = order
  const { draft, path, safe } = await read(service, input, init)
  standing.family()
  return callByRule(service, standing, {
    draft: { ...draft, fields: [...draft.fields, ...further] },
    rule({ routes }) {
      const rule = findRule(routes, draft.method, path) ?? defaultRule
      check?.(rule)
      return rule
    },
    sealing: init.sealed === true ? 'always' : sealing,
    timeoutCovers,
    approvable: true,
    ...(init.signal === undefined ? {} : { signal: init.signal }),
    accept: accept(safe),
  })
}

/**
 * Rejects with TypeError on misuse, with the caller's reason when `signal` aborts, else with HoldfastError. An answer of the
 * backend is returned whatever its status; one that HTTP does not allow is `upstream_invalid`, or `outcome_unknown` when the
 * request is unsafe: it may have run, and the same Idempotency-Key will not run it again. The whole of a body is read before it
 * is sent; answers are streamed, but for those of sealed requests and of routes that sign them: they are proven whole first.
 */
export function fetchSigned(
  service: Service,
  standing: Calling,
  input: string | URL,
  init: FetchInit = {},
): Promise<Response> {
  return place(service, standing, {
    input,
    init,
    further: [],
    sealing: 'never',
    timeoutCovers: 'head',
    accept: (safe) => async (answer, sent, rule) => {
      const proven = answer.sealed || rule.answer !== 'signed'
      const whole = proven ? answer : await readSignedWhole(answer, sent, service.trust)
      return responseOf(whole, safe, service.platform)
    },
  })
}
