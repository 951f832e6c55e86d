/** Certificates of the service's own CA that are for something else: judged by the library, for no outsider can have them made. */
import { X509Certificate } from 'node:crypto'
import { refusalOf } from './app.ts'
import { type Outcome, repelled, succeeded } from './attack.ts'
import { forge, usual } from './certificate.ts'
import { makeKey } from './signer.ts'
import type { Target } from './target.ts'

/** Shows one that is as it should be but for these extensions. */
export async function showOdd(
  target: Target,
  extensions: Readonly<Record<string, string>>,
  evidence: string,
): Promise<Outcome> {
  const { verifyClientCertificate } = (await target.load('@holdfast/server/certificate.js')) as Pick<
    typeof import('@holdfast/server'),
    'verifyClientCertificate'
  >
  const { jwk } = await makeKey()
  const judge = async (wish: Readonly<Record<string, string>>): Promise<void> => {
    const { certificate, authority } = forge(jwk, wish)
    const [der, ca] = [certificate, authority].map((pem) => new Uint8Array(new X509Certificate(pem).raw))
    verifyClientCertificate(der as Uint8Array, [ca as Uint8Array], Date.now())
  }
  await judge(usual)
  const code = await refusalOf(judge({ ...usual, ...extensions }))
  if (code === null) return succeeded(evidence)
  if (code !== 'certificate_refused') throw new Error(`the library said ${code}`)
  return repelled(code)
}
