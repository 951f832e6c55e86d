/** Targets that several attacks on factors have in common: whoever names the same object shares its gateway. */
import type { Setting } from './attack.ts'

/** A listed page, and one nobody listed. */
export const page = 'https://app.bank.example'
export const rpId = 'bank.example'
export const foreignPage = 'https://app.bank.example.evil.example'

/** Pages may call it, routes ask for factors, and phones may open their last data without it. */
export const withPages: Setting = {
  config: {
    web: { origins: [page], rpId },
    policy: { offlineSeconds: 3600 },
    routes: [
      { path: '/open/*', methods: ['GET'], policy: 'open' },
      { path: '/anything/*', policy: 'open' },
      { path: '/by-passcode/*', factor: { acr: 'passcode' } },
      { path: '/just-now/*', factor: { acr: 'presence', maxAge: 1 } },
    ],
  },
}

export const twoNodes: Setting = { store: 'cluster' }
