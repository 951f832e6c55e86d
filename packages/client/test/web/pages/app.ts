/** An app of a bank without anything to look at: each function is what one of its buttons would do. */
import {
  type ApprovalRequest,
  createClient,
  type Client,
  type Factor,
  type HoldfastError,
  type Need,
  type OpenedOffline,
  type PendingEnrolment,
  type Session,
} from '@holdfast/client'
import { webPlatform } from '@holdfast/client/web'

export type StartedApp = { readonly origin: string; readonly trust: readonly string[]; readonly name: string }
type Written = { readonly method?: string; readonly body?: string; readonly headers?: Record<string, string> }

let client: Client | null = null
let pending: PendingEnrolment | null = null
let session: Session | null = null
let offline: OpenedOffline | null = null
let origin = ''
/** What the user was asked for, and what he gives. */
let needs: Need[] = []
let approvals: ApprovalRequest[] = []
let given: Factor | null = null

function started<Value>(value: Value | null): Value {
  if (value === null) throw new TypeError('not yet')
  return value
}
const vault = () => started(session).vault

export const api = {
  start(app: StartedApp): void {
    ;[pending, session, offline, needs, approvals, given] = [null, null, null, [], [], null]
    origin = app.origin
    const platform = webPlatform({ name: app.name })
    const prompt = async (need: Need): Promise<Factor | null> => {
      needs.push(need)
      return given
    }
    const approve = async (request: ApprovalRequest): Promise<Factor | null> => {
      approvals.push(request)
      return given
    }
    client = createClient({ origin, trust: app.trust, platform, prompt, approve, idleSeconds: 0 })
  },
  status: () => started(client).status(),
  condition: () => started(client).condition(),
  async enrol(activationCode: string): Promise<string> {
    pending = await started(client).enrol({ activationCode, deviceName: 'A browser' })
    return pending.checkPhrase
  },
  confirm: (digits: string) => started(pending).confirm(digits),
  async unlock(factor: Factor | Record<string, never> = {}): Promise<void> {
    session = await started(client).unlock(factor)
  },
  lock: () => started(client).lock(),
  forget: () => started(client).forget(),
  reportForgotten: () => started(client).reportForgotten(),
  setPasscode: (passcode: string) => started(session).setPasscode(passcode),
  enablePresence: () => started(session).enablePresence(),
  notices: async () => (await started(session).notices()).map(({ kind }) => kind),
  async fetch(path: string, init: Written = {}): Promise<string> {
    return (await started(session).fetch(path, init)).text()
  },
  /** What each of several calls at once came to. */
  fetchAll: (paths: string[], init: Written = {}) =>
    Promise.all(paths.map((path) => api.fetch(path, init).catch((error: HoldfastError) => error.code))),
  async cached(path: string): Promise<string> {
    const open = started(session)
    const fetch = open.vault.cache.through((input, init) => open.fetch(input, init), { origin })
    return (await fetch(path)).text()
  },
  /** From now on the user, when he is asked, gives this. */
  give(factor: Factor | null): void {
    ;[needs, approvals, given] = [[], [], factor]
  },
  needs: () => needs,
  approvals: () => approvals,
  listed: () => started(session).approvals(),
  set: (name: string, value: string) => vault().preferences.set(name, value),
  get: async (name: string) => (await vault().preferences.get(name)) ?? null,
  /** Counts up in database and preferences until the page dies; resolves after the first few. */
  async count(first: number): Promise<number> {
    const { sql, preferences } = vault()
    await sql.exec('CREATE TABLE IF NOT EXISTS counter (n INTEGER)')
    const [row] = await sql.exec('SELECT max(n) AS n FROM counter')
    let n = Number(row?.['n'] ?? 0)
    const step = async (): Promise<void> => {
      n++
      await sql.exec('INSERT INTO counter VALUES (?)', [n])
      await preferences.set('n', String(n))
    }
    for (let i = 0; i < first; i++) await step()
    const on = async (): Promise<never> => {
      for (;;) await step()
    }
    void on().catch(() => undefined)
    return first
  },
  async counted(): Promise<{ rows: number; last: number; preference: number }> {
    const [row] = await vault().sql.exec('SELECT count(*) AS r, max(n) AS n FROM counter')
    const preference = Number(await vault().preferences.get('n'))
    return { rows: Number(row?.['r']), last: Number(row?.['n']), preference }
  },
  /** Null where there is no offline store. */
  async keepOffline(name: string, value: string): Promise<boolean> {
    const store = vault().offline
    await store?.put(name, value)
    return store !== null
  },
  async openOffline(factor?: Factor): Promise<void> {
    offline = await started(client).openOffline(factor)
  },
  lastKnown: (name: string) => started(offline).last.get(name),
  cacheStorage: () => caches.keys(),
  /** Beside the vault, in clear: for a search that has to find something. */
  leave: (text: string) => localStorage.setItem('left', text),
}
