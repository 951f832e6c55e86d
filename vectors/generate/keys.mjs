/** TEST KEYS. Their private halves are public: never use one outside these vectors. */
import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'

export const testKeys = {
  service: {
    kty: 'EC',
    crv: 'P-256',
    x: '7t_LFVDa8Tb49tAvzkRrfU631gFwYIdDMFfGu6iDNQ0',
    y: 'Wk5cnoKYFUxS0OKG7JRMG-Pszj5r83sGWmwr13p26fo',
    d: '-c8u98LCMU98XT4o14Ld3pU9lGWHe735ojtcs8l9ZuY',
  },
  nextService: {
    kty: 'EC',
    crv: 'P-256',
    x: 'Cnjp6TseAI8OTn8pz22lwhzdQkK6C89s3eYpRL1W614',
    y: 'Mbg0JK4G4NeUGUqLM7l6GlsZF8n4lqVFx0W912hQBZo',
    d: '7g2vp6Kr4GX64j_GjG6eP2ox_f2iQdpWKKCku-Bwt90',
  },
  token: {
    kty: 'EC',
    crv: 'P-256',
    x: '511ShFAf_kJnOoroZua-FX-pogCkkZyII3ToRulGebg',
    y: 'MnwR1e1nnlg4uetE0sWVrRZtNW1uKfgiLYQZlX5Kco0',
    d: 'ptNs8lzexNQgnw20x8RZdi7tR4yDCC2XLCyE-j-rOeo',
  },
  device: {
    kty: 'EC',
    crv: 'P-256',
    x: 'jEDH_vDGiDrnBrTpeimcy-qFJw26de5zgLwGp-8_GMM',
    y: 'wwtIVLnKlT_b7BKtcGWWq9X1rKuIx_g0JYktJlGt7Sw',
    d: 'cCZiBWDrGCjKtz4NVe9WE_yPXsu3F_VdSBO-lTnbOfU',
  },
  session: {
    kty: 'EC',
    crv: 'P-256',
    x: 'RuCfJhdPsjyM_7Q1S1YwHVlSUv5_By11GEKioUUCgkc',
    y: 'xg7X6NP57IRcd9WOSzf1R-J0N0R6F-50Blplznf6pL0',
    d: 'GDnpIBhJAN9M64gr2PnCC4rcqQ1rZ9IwEqKXrBwd5s0',
  },
  forward: {
    kty: 'EC',
    crv: 'P-256',
    x: 'vrD21i0zYZ_jb2b_e_fgzx-pLn09Y43Mkn_Vmf3_o-E',
    y: 'hfTWq0HrcRrDa1chIKNRewnJadzaRCuaLXH5zyEq-Gc',
    d: 'ARmzyfjjA51tr7XWhJE5erUwKx9u2Wu1ICJzD7JhdUI',
  },
  stranger: {
    kty: 'EC',
    crv: 'P-256',
    x: 'QQiz4Tst_MGKE5UG7aJQfLxgb32EfEqmE44OE0ie9Wk',
    y: 'lSF_GgqXfc3_hDnbFYb_qgzYdFXFtTpdsd5xR-EeNRE',
    d: 'ysQv7cSOqOmEmcAywlWgAyVQUiTlzWwcxOZGbh4gNnY',
  },
}

/** TEST SECRET between gateway and backend. */
export const forwardSecret = Buffer.from('test secret of thirty-two bytes!')

/** The public members alone, in the order of docs/protocol.md 1. */
export function publicJwk({ kty, crv, x, y }) {
  return { kty, crv, x, y }
}

/** RFC 7638, written out here so that the vectors do not rest on the code they test. */
export function thumbprint({ kty, crv, x, y }) {
  return createHash('sha256')
    .update(`{"crv":"${crv}","kty":"${kty}","x":"${x}","y":"${y}"}`)
    .digest('base64url')
}

/** Sixteen bytes that belong to a name, base64url: the same in every run. */
export function nonceOf(name) {
  return createHash('sha256').update(name).digest().subarray(0, 16).toString('base64url')
}

const rawSignature = /(?<![\w+/-])[\w+/-]{86}(?:==)?(?![\w+/=-])/g

/**
 * Signs as the case of this name was signed before, where that still verifies: ECDSA is randomised, and a vector must not
 * change without a reason. `existing` is the file as it is now, or null.
 */
export function signerFor(existing) {
  const kept = new Map()
  for (const known of existing?.cases ?? [])
    kept.set(known.name, JSON.stringify(known).match(rawSignature) ?? [])
  return (name, jwk, data) => {
    const publicKey = {
      key: createPublicKey({ key: publicJwk(jwk), format: 'jwk' }),
      dsaEncoding: 'ieee-p1363',
    }
    for (const text of kept.get(name) ?? []) {
      const signature = Buffer.from(text, 'base64')
      if (verify('sha256', Buffer.from(data), publicKey, signature)) return signature
    }
    const key = createPrivateKey({ key: jwk, format: 'jwk' })
    return sign('sha256', Buffer.from(data), { key, dsaEncoding: 'ieee-p1363' })
  }
}
