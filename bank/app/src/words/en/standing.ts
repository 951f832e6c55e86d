/** How this phone stands, where unlocking is not the way on. */
export const standing = {
  activate: 'Enter a new activation code',
  again: 'Try again',
  call: 'Call us on +49 30 5550 100',
  forget: 'Remove everything from this phone',
  forgetTitle: 'Remove everything?',
  forgetText:
    'What the app stored here is deleted. Your accounts stay as they are; you need a new activation code to come back.',
  forgetYes: 'Remove',
  conditions: {
    blocked: {
      title: 'Passcode blocked',
      text: 'It was typed wrong too often. Prove who you are to get a new activation code.',
    },
    wiped: {
      title: 'This phone was wiped',
      text: 'What was stored here cannot be opened any more, by anybody. Your money is safe, and a new activation code brings everything back.',
    },
    forgotten: {
      title: 'Locked, as you asked',
      text: 'Nobody opens this phone any more. Call us or visit a branch: you prove who you are, get a new activation code and choose a new passcode.',
    },
    cloned: {
      title: 'Somebody may have a copy',
      text: 'Another copy of this app was opened, so we stopped both. Please call us now, and ask for a new activation code.',
    },
    suspended: {
      title: 'Paused by the bank',
      text: 'To be safe we paused this phone until you have proved who you are. Call us, then enter the new activation code and choose a new passcode.',
    },
    revoked: {
      title: 'This phone was removed',
      text: 'You or we removed it from your account. To use it again, ask for a new activation code.',
    },
    key_missing: {
      title: 'A key is missing',
      text: 'This phone does not find its own key. Open the app again. If that does not help, remove what is stored and activate it anew.',
    },
    unreadable: {
      title: 'Cannot read right now',
      text: 'The app cannot read what it stored. Unlock your phone, close other windows of this app, and try again.',
    },
    rolled_back: {
      title: 'Old data came back',
      text: 'What is stored here is older than it should be, so we do not show it. Remove it and activate this phone anew.',
    },
    damaged: {
      title: 'Stored data is damaged',
      text: 'Try again. If that does not help, remove it and activate this phone anew: your data comes back from the bank.',
    },
    clock_wrong: {
      title: 'The clock is off',
      text: 'Check date and time of this phone, or try another network.',
    },
    evicted: {
      title: 'The browser made room',
      text: 'It removed what this app had stored. Activate this phone anew: your data comes back from the bank.',
    },
  },
} as const
