/** What the admin API answers, as the console reads it (docs/operate.md). Times are named with their unit, else milliseconds. */

export type Device = {
  readonly id: string
  readonly user: string
  readonly name: string
  readonly platform: string
  readonly key: string
  /** Seconds since 1970, as are `revoked` and `coolingUntil`. */
  readonly created: number
  readonly revoked: number | null
  readonly suspended: string | null
  readonly coolingUntil: number
}
export type DevicePage = { readonly devices: readonly Device[]; readonly next: number | null }

export type Decision = {
  readonly operator: string
  readonly decision: 'release' | 'refuse'
  readonly at: number
  readonly note: string
}
export type Hold = {
  readonly id: string
  readonly user: string
  readonly device: string
  readonly title: string
  readonly lines: ReadonlyArray<{ readonly name: string; readonly label: string; readonly value: string }>
  readonly reasons: readonly string[]
  readonly amount: { readonly currency: string; readonly value: string } | null
  readonly createdAt: number
  readonly expiresAt: number
  readonly state: 'held' | 'released' | 'refused' | 'spent' | 'expired'
  readonly decisions: readonly Decision[]
  readonly needed: number
}

export type AuditEntry = {
  readonly id: number
  readonly atMs: number
  readonly action: string
  readonly actor: string
  readonly user: string | null
  readonly device: string | null
  readonly detail: Readonly<Record<string, string | number | boolean>>
}

export type Activation = {
  readonly code: string
  readonly code_id: string
  /** Seconds since 1970. */
  readonly expires: number
}

export type Operator = { readonly name: string /** Seconds since 1970. */; readonly created: number }
export type Credentials = { readonly name: string; readonly secret: string }

type StoreState = { readonly answers: boolean; readonly ms: number; readonly clockApartMs: number | null }
export type GatewayKey = {
  readonly use: string
  readonly state: 'current' | 'next' | 'previous' | 'gone'
  readonly place: 'file' | 'pkcs11'
  readonly kid: string | null
  readonly fromMs: number | null
  readonly untilMs: number | null
}
export type Gateway = {
  readonly version: string
  readonly stores: { readonly durable: StoreState; readonly nonces: StoreState }
  readonly keys: readonly GatewayKey[]
  readonly sealing: boolean
}
