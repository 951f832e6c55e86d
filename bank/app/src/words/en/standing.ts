/** How this phone stands, where unlocking is not the way on: what happened, and the one thing to do. */
export const standing = {
  activate: 'Enter a new activation code',
  again: 'Try again',
  anew: 'Activate this phone anew',
  call: 'Call +49 30 5550 100',
  todo: 'What to do',
  blockedFinger: 'Finger or face still opens it. For a new passcode ask the bank for a new activation code.',
  forget: 'Remove everything from this phone',
  forgetTitle: 'Remove everything?',
  forgetText:
    'What the app stored here is deleted. Your accounts stay as they are; you need a new activation code to come back.',
  forgetYes: 'Remove',
  conditions: {
    blocked: {
      title: 'Passcode blocked',
      text: 'It was typed wrong too often, so nobody can go on guessing.',
      todo: 'Prove who you are to the bank, and you get a new activation code.',
    },
    wiped: {
      title: 'This phone was wiped',
      text: 'What was stored here cannot be opened any more, by anybody. Your money is safe.',
      todo: 'Ask for a new activation code: it brings everything back.',
    },
    forgotten: {
      title: 'Locked, as you asked',
      text: 'Nobody opens this phone any more. Your money stays where it is.',
      todo: 'Call us or visit a branch and prove who you are. With the new activation code you choose a new passcode.',
    },
    cloned: {
      title: 'Somebody may have a copy',
      text: 'A copy of this app was opened somewhere else, so we stopped both.',
      todo: 'Call us now. We look at it together, and you get a new activation code.',
    },
    suspended: {
      title: 'Paused by the bank',
      text: 'To be safe we paused this phone until you have proved who you are.',
      todo: 'Call us, then enter the new activation code and choose a new passcode.',
    },
    revoked: {
      title: 'This phone was removed',
      text: 'You or the bank took it off your account. It opens nothing any more.',
      todo: 'To use it again, ask for a new activation code. If it was not you, call us.',
    },
    key_missing: {
      title: 'A key is missing',
      text: 'This phone does not find its own key, as after a restored backup.',
      todo: 'Try again. If that does not help, remove what is stored here and activate this phone anew.',
    },
    unreadable: {
      title: 'Cannot read right now',
      text: 'The app cannot read what it stored. It may be open in another window.',
      todo: 'Close other windows of this app, unlock your phone, and try again.',
    },
    rolled_back: {
      title: 'Old data came back',
      text: 'What is stored here is older than it should be, so we do not show it.',
      todo: 'Activate this phone anew. Your data comes back from the bank.',
    },
    damaged: {
      title: 'Stored data is damaged',
      text: 'Something stored on this phone was changed or torn.',
      todo: 'Try again. If that does not help, remove it and activate this phone anew.',
    },
    clock_wrong: {
      title: 'The clock is off',
      text: 'Date and time of this phone are not those of the bank.',
      todo: 'Set the clock of this phone, or use another network. Then try again.',
    },
    evicted: {
      title: 'The browser made room',
      text: 'It removed what this app had stored. Your money and your data are safe with the bank.',
      todo: 'Activate this phone anew: everything comes back.',
    },
  },
} as const
