/** The last data, without a connection. */
export const offline = {
  title: 'Without a connection',
  asOf: (when: string) => `As of ${when}`,
  text: (until: string) => `You see what this phone last knew. It opens so until ${until}.`,
  back: 'There is a connection again.',
  unlock: 'Unlock',
  again: 'Try again',
  nothing: 'Nothing was kept yet',
  nothingText: 'Unlock once with a connection; from then on your last balances open without one.',
  documents: 'Documents',
  documentsText: 'No connection: those with a lock open all the same, the others when there is one.',
  not: 'What has to wait',
  notPay: 'Payments: the bank checks and books each of them',
  notCards: 'Cards and PIN: they are told to nobody but you, by the bank, at that moment',
  notOthers: 'Earlier payments and other documents: they open with the help of the bank',
} as const
