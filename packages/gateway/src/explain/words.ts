/** The service's checks in words for people; names as in packages/server/src/request.ts, whose order counts. */
type Words = { readonly passed: string; readonly failed: string }

export const checkWords: Readonly<Record<string, Words>> = {
  head: {
    passed: 'the request has one reading',
    failed: 'the request is refused before anything is verified',
  },
  open: { passed: 'the route is open: no signature is asked', failed: '' },
  'signature-form': {
    passed: 'Signature-Input and Signature are there and in our form',
    failed: 'Signature-Input and Signature are missing or not in the form of docs/protocol.md 3.3',
  },
  coverage: {
    passed: 'the signature covers exactly what this route asks for',
    failed: 'the signature does not cover exactly what this route asks for, in its order',
  },
  algorithm: {
    passed: 'the algorithm is ecdsa-p256-sha256',
    failed: 'the algorithm is not ecdsa-p256-sha256',
  },
  token: {
    passed: 'the access token is one of ours and its session is known',
    failed: 'the access token is missing, or none this service made',
  },
  signer: {
    passed: 'keyid is a key of this access token',
    failed: 'keyid is not a key of this access token',
  },
  signature: {
    passed: 'the signature fits this request and this key',
    failed: 'the signature does not fit this request and this key',
  },
  alive: {
    passed: 'device and session are alive',
    failed: 'the device was removed or suspended, or the session has ended',
  },
  'token-life': { passed: 'the access token has not ended', failed: 'the access token has ended' },
  factor: {
    passed: 'the user has proved what this route asks for, recently enough',
    failed: 'this route asks for a passcode, or finger or face, given more recently',
  },
  certificate: {
    passed: 'the client certificate is one this route and this token take',
    failed:
      'the client certificate is missing, of another device, or not the one the token was asked for with',
  },
  'device-key': {
    passed: 'the key is one this route takes',
    failed: 'this route takes the device key only',
  },
  window: {
    passed: 'it was signed at most 60 s before and 5 s ahead',
    failed: 'it was signed too long before, or ahead of the clock',
  },
  'idempotency-key': {
    passed: 'the Idempotency-Key is there where it must be',
    failed: 'an unsafe method needs an Idempotency-Key of 16 to 128 characters A-Za-z0-9_-',
  },
  body: {
    passed: 'the body has the digest that was signed',
    failed: 'the body does not have the digest that was signed',
  },
}
