// Why: half a second for each passcode adds up where something else is looked at. In the place of web/stretch-worker, for pages of tests that
// type many; never for a passcode of anybody. Argon2id itself has suites of its own, and other pages have it.
async function stretch({ password, salt, cost }) {
  const key = await crypto.subtle.importKey('raw', password, 'HKDF', false, ['deriveBits'])
  const how = { name: 'HKDF', hash: 'SHA-512', salt, info: new Uint8Array(0) }
  postMessage({ stretched: new Uint8Array(await crypto.subtle.deriveBits(how, key, 8 * cost.length)) })
}
addEventListener('message', ({ data }) => void stretch(data))
