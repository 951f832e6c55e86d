/** Cases of docs/protocol.md 2.2: which rule of a statement speaks of a request. */
const rule = (path, methods) => ({
  path,
  ...(methods === undefined ? {} : { methods }),
  policy: 'signed',
  signer: 'any',
  fields: [],
})

const sets = {
  none: [],
  bank: [
    rule('/transfers', ['POST']),
    rule('/public/*', ['GET']),
    rule('/public/forms/*'),
    rule('/Reports'),
    rule('/a b/grüße/*'),
    rule('/share:list'),
  ],
  catchAll: [rule('/transfers', ['POST']), rule('/*')],
  head: [rule('/a', ['GET']), rule('/b', ['HEAD'])],
}

/** name, set, method, target, and the index of the rule, `default` or the code. */
const table = [
  ['no rules', 'none', 'GET', '/', 'default'],
  ['exact', 'bank', 'POST', '/transfers', 0],
  ['exact with a slash at the end', 'bank', 'POST', '/transfers/', 0],
  ['the query does not count', 'bank', 'POST', '/transfers?to=/public/', 0],
  ['below an exact path', 'bank', 'POST', '/transfers/1', 'default'],
  ['a longer name', 'bank', 'POST', '/transfers1', 'default'],
  ['another method', 'bank', 'PUT', '/transfers', 'default'],
  ['a prefix itself', 'bank', 'GET', '/public', 1],
  ['a prefix with its slash', 'bank', 'GET', '/public/', 1],
  ['far below a prefix', 'bank', 'GET', '/public/a/b', 1],
  ['a prefix as part of a name', 'bank', 'GET', '/publications', 'default'],
  ['the first rule that fits, not the longest', 'bank', 'GET', '/public/forms/1', 1],
  ['the next one where the method does not fit', 'bank', 'POST', '/public/forms/1', 2],
  ['a character that must be encoded', 'bank', 'GET', '/a%20b/gr%C3%BC%C3%9Fe/1', 4],
  ['the same in small hexadecimal digits', 'bank', 'GET', '/a%20b/gr%c3%bc%c3%9fe', 4],
  ['a colon', 'bank', 'GET', '/share:list', 5],
  ['a colon, encoded', 'bank', 'GET', '/share%3Alist', 5],
  ['a star in the target is no pattern', 'bank', 'GET', '/*', 'default'],
  ['what the last rule takes', 'catchAll', 'GET', '/transfers', 1],
  ['the root', 'catchAll', 'GET', '/', 1],
  ['HEAD is asked what GET is asked', 'head', 'HEAD', '/a', 0],
  ['no rule for HEAD alone', 'head', 'HEAD', '/b', 'default'],
  ['fits but for case', 'bank', 'POST', '/Transfers', 'ambiguous_request'],
  ['fits but for case, the rule in capitals', 'bank', 'GET', '/reports', 'ambiguous_request'],
  ['a prefix that fits but for case', 'bank', 'GET', '/PUBLIC/a', 'ambiguous_request'],
  ['fits but for case, outside ASCII', 'bank', 'GET', '/a%20b/GR%C3%9C%C3%9Fe/1', 'ambiguous_request'],
  ['fits but for case, although a later rule fits', 'catchAll', 'POST', '/TRANSFERS', 'ambiguous_request'],
  ['case where the method does not fit', 'catchAll', 'GET', '/TRANSFERS', 1],
  ['case below a prefix', 'bank', 'GET', '/public/TRANSFERS', 1],
]

export function routeVectors() {
  return {
    description: 'Rules of a statement, and the one that speaks of a request.',
    source: ['docs/protocol.md 2.2'],
    rules: sets,
    cases: table.map(([name, rules, method, target, found]) => {
      const outcome = found === 'ambiguous_request' ? { expect: found } : { rule: found, expect: 'ok' }
      return Object.assign({ name, rules, method, target }, outcome)
    }),
  }
}
