/** From the first screen to the first unlock, and every unlock after it. */
const plural = (count: number, one: string, many: string): string => (count === 1 ? one : many)
const time = (seconds: number): string => {
  if (seconds < 60) return `${seconds} ${plural(seconds, 'second', 'seconds')}`
  const minutes = Math.ceil(seconds / 60)
  if (minutes < 120) return `${minutes} ${plural(minutes, 'minute', 'minutes')}`
  return `${Math.ceil(minutes / 60)} hours`
}

export const start = {
  welcome: {
    title: 'Banking that stays yours',
    text: 'Your account is bound to this phone, and to nobody else. All you need is the activation code from Alder Bank.',
    begin: 'Enter activation code',
    scan: 'Scan the code',
    noCode: 'No code yet? Call us or visit a branch: we check who you are, then print one for you.',
    again: 'This phone needs a new activation code. Your money and your data are safe with the bank.',
  },
  code: {
    title: 'Activation code',
    text: 'It is on the letter or screen you got from us: five groups of four characters.',
    label: 'Activation code',
    send: 'Continue',
    busy: 'Checking your code',
    device: 'Name of this phone',
    deviceHint: 'You will see it in your list of devices.',
    deviceDefault: 'My phone',
  },
  text: {
    title: 'Check your messages',
    sent: (to: string) => `We sent a text to your number ${to}. It must show these two words:`,
    phrase: 'Words in the text',
    warn: 'Other words, or no text at all? Stop here and call us. Somebody else may be trying to get in.',
    label: '6 digits from the text',
    send: 'Bind this phone',
    busy: 'Binding this phone',
    restart: 'Start again with another code',
  },
  passcode: {
    title: 'Choose a passcode',
    change: 'Choose a new passcode',
    text: 'Six digits or more. Only you know it: it never leaves this phone, not even to us.',
    repeat: 'Once more, please',
    repeatText: 'Type the same passcode again.',
    next: 'Continue',
    set: 'Set passcode',
    differs: 'Those were not the same. Choose again.',
    good: 'Good choice',
    more: (left: number) => (left === 1 ? 'One more digit' : `${left} more digits`),
    busy: 'Protecting your passcode',
    done: 'Your passcode was changed.',
    weak: {
      too_short: '',
      too_long: 'Too long: 128 characters at most',
      repetition: 'Too easy: it repeats itself',
      sequence: 'Too easy: it is a row',
      date: 'Too easy: it could be a date',
      common: 'Too easy: many people use it',
    },
  },
  finger: {
    title: 'Open with finger or face?',
    text: 'Quicker than typing, and nobody can look over your shoulder.',
    points: [
      'Your finger or face never leaves this phone',
      'Your passcode keeps working',
      'Switch it off whenever you like',
    ],
    yes: 'Use finger or face',
    no: 'Not now',
    busy: 'Setting up finger or face',
  },
  unlock: {
    title: 'Welcome back',
    text: 'Enter your passcode',
    send: 'Unlock',
    busy: 'Unlocking',
    finger: 'Use finger or face',
    fingerLost:
      'Finger or face changed on this phone. Use your passcode, then set it up again under Security.',
    forgot: 'Forgot your passcode?',
    offline: 'Show last balances without connection',
    left: (left: number) =>
      left === 1 ? 'One try left before a pause.' : `${left} tries left before a pause.`,
    waiting: 'Paused for your safety',
    waitingText: 'The passcode was wrong too often. Nobody can try again until the pause is over.',
    waitingFinger: 'Finger or face still works.',
    until: (seconds: number) => `Try again in ${time(seconds)}`,
    unfinished: 'Setting up was not finished',
    unfinishedText: 'This phone was bound, but no passcode was set. Start again with a new activation code.',
    unfinishedGo: 'Start again',
  },
  forgotten: {
    title: 'Forgot your passcode?',
    text: 'Nobody can look it up, not even we. This is how you get back in:',
    steps: [
      'We lock this phone, so that nobody else tries',
      'You call us or visit a branch and prove who you are',
      'You get a new activation code and choose a new passcode',
    ],
    safe: 'Your money stays where it is, and your cards keep working.',
    yes: 'Lock this phone now',
    no: 'Back to passcode',
    busy: 'Locking this phone',
  },
  starting: 'Opening Alder Bank',
} as const
