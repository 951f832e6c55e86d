/**
 * Writes the vectors: `node vectors/generate.mjs`. Nothing here imports Holdfast: bases, CBOR, HPKE and thumbprints are written
 * out a second time, so a fault of the library cannot become a vector. Running it twice changes nothing.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { activationVectors, checkWordVectors } from './generate/activation.mjs'
import { answerVectors } from './generate/answer.mjs'
import { approvalVectors } from './generate/approval.mjs'
import { enrolmentAnswerVectors } from './generate/enrolment-answer.mjs'
import { factorVectors } from './generate/factor.mjs'
import { forwardVectors } from './generate/forward.mjs'
import { routeVectors } from './generate/route.mjs'
import {
  keyConfigurationVectors,
  replyVectors,
  sealedAnswerVectors,
  sealedRequestVectors,
  sealedXWingVectors,
} from './generate/sealed.mjs'
import { signedRequestVectors } from './generate/signed-request.mjs'
import { statementVectors } from './generate/statement.mjs'
import { timeVectors } from './generate/time.mjs'
import { tokenVectors } from './generate/token.mjs'

const makers = {
  'signed-request.json': signedRequestVectors,
  'answer.json': answerVectors,
  'statement.json': statementVectors,
  'time.json': timeVectors,
  'route.json': routeVectors,
  'activation.json': activationVectors,
  'enrolment-answer.json': enrolmentAnswerVectors,
  'token.json': tokenVectors,
  'forward.json': forwardVectors,
  'check-words.json': checkWordVectors,
  'key-configuration.json': keyConfigurationVectors,
  'sealed-request.json': sealedRequestVectors,
  'sealed-request-x-wing.json': sealedXWingVectors,
  'sealed-answer.json': sealedAnswerVectors,
  'reply.json': replyVectors,
  'factor.json': factorVectors,
  'approval.json': approvalVectors,
}

function read(name) {
  const place = new URL(name, import.meta.url)
  return existsSync(place) ? readFileSync(place, 'utf8') : null
}

/** Each file's name, its content now (or null) and what it should be, both as JSON without white space. */
export function vectorFiles() {
  return Object.entries(makers).map(([name, make]) => {
    const text = read(name)
    const now = text === null ? null : JSON.parse(text)
    return { name, now: now && JSON.stringify(now), expected: JSON.stringify(make(now)) }
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { name, now, expected } of vectorFiles()) {
    const content = JSON.parse(expected)
    if (now !== expected)
      writeFileSync(new URL(name, import.meta.url), `${JSON.stringify(content, null, 2)}\n`)
    console.log(`${now === expected ? 'unchanged' : 'written'}: ${name}, ${content.cases.length} cases`)
  }
}
