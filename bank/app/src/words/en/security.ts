/** What protects this user now, what happened lately, and which phones open the account. */
const phones = (count: number): string => (count === 1 ? 'one phone' : `${count} phones`)

export const security = {
  title: 'Security',
  state: {
    good: 'You are protected',
    goodText: 'Everything below is as it should be.',
    look: (count: number) => (count === 1 ? 'One thing to look at' : `${count} things to look at`),
    lookText: 'The rest is as it should be.',
    unsure: 'Not checked just now',
    unsureText: 'The bank did not answer. What protects this phone holds all the same.',
    line: 'Protected',
  },
  protects: 'What protects you',
  bound: {
    title: 'Bound to this phone',
    text: (date: string) => `Since ${date}. A copy of this app opens nothing anywhere else.`,
    unknown: 'A copy of this app opens nothing anywhere else.',
  },
  passcode: {
    title: 'Passcode',
    text: 'Only you know it. After a few wrong tries nobody can go on guessing.',
  },
  finger: {
    title: 'Finger or face',
    on: 'On. It never leaves this phone.',
    off: 'Off. Quicker than typing, and nobody can look over your shoulder.',
  },
  line: {
    title: 'Sealed line',
    text: 'Signed by this phone and sealed: nobody on the way reads or changes anything.',
    unsure: 'The bank did not answer just now, so this could not be checked.',
  },
  approvals: {
    title: 'Approvals',
    text: 'Money only moves as you saw it and approved it.',
    held: (count: number) =>
      count === 1 ? 'One payment waits for our call.' : `${count} payments wait for our call.`,
  },
  storage: {
    title: 'Encrypted storage',
    text: 'What is stored here opens only to you, and only with the help of the bank.',
    documents: (count: number) =>
      count === 1
        ? 'One document and all else that is stored here open only to you.'
        : `${count} documents and all else that is stored here open only to you.`,
  },
  away: {
    title: 'Without a connection',
    until: (until: string) =>
      `Your last balances open with finger or face until ${until}, then not without the bank.`,
    finger: 'Nothing opens without the bank. With finger or face your last balances would.',
    never: 'Nothing opens without the bank.',
  },
  idle: {
    title: 'Locks by itself',
    text: (minutes: number) => `After ${minutes} minutes without a touch, and when you leave.`,
  },
  devices: {
    title: 'Devices',
    text: (count: number) => `Your account opens on ${phones(count)}.`,
  },
  lately: 'What happened lately',
  latelyNone: 'Nothing in the last 90 days.',
  latelyAll: 'Show all',
  notices: {
    'device.bound': (name: string) => `“${name}” was added to your account`,
    'device.revoked': (name: string) => `“${name}” was removed`,
    'device.clone_suspected': (name: string) => `Somebody may have a copy of “${name}”, so it was stopped`,
    'passcode.registered': (name: string) => `A passcode was set on “${name}”`,
    'passcode.blocked': (name: string) => `Too many wrong passcodes blocked “${name}”`,
    'passcode.forgotten': (name: string) => `“${name}” was locked for a forgotten passcode`,
    'presence.registered': (name: string) => `Finger or face was switched on for “${name}”`,
    'transfer.held': (name: string) => `A payment from “${name}” was held`,
    'transfer.released': (name: string) => `A held payment from “${name}” was released`,
    'transfer.hold_refused': (name: string) => `A held payment from “${name}” was refused`,
  },
  /** Of what its user has to say whether it was he. */
  alarms: {
    'device.bound': 'A phone was added',
    'device.clone_suspected': 'A copy was stopped',
    'passcode.registered': 'A passcode was set',
    'passcode.blocked': 'A phone was blocked',
    'passcode.forgotten': 'A phone was locked',
    'presence.registered': 'Finger or face was added',
  },
  asked: {
    text: (what: string, when: string) => `${what}, ${when}. Was that you?`,
    yes: 'Yes, that was me',
    no: 'No, it was not',
    title: 'If that was not you',
    steps: [
      'Remove the phone you do not know: it is shut out at once',
      'Call us: we look at it with you and hold back payments',
    ],
    devices: 'Show my phones',
  },
} as const
