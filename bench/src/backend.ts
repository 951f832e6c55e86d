/** The backend behind every proxy: node:http, one small JSON answer, nothing else. */

import { createServer } from 'node:http'
import { serveParent } from './child.ts'
import { listen } from './listen.ts'

const answer = Buffer.from(
  JSON.stringify({
    accounts: [
      { id: 'acc-17', name: 'Current account', balance: '1042.17', currency: 'EUR' },
      { id: 'acc-18', name: 'Savings account', balance: '20880.00', currency: 'EUR' },
    ],
  }),
)

const server = createServer((request, response) => {
  request.resume()
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length })
  response.end(answer)
})

serveParent(() => listen(server))
