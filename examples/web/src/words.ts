/** Everything this app says, in one file. */
import type { Condition, ErrorCode, Weakness } from '@holdfast/client'

const minutes = (seconds: number): string => {
  const whole = Math.ceil(seconds / 60)
  if (seconds < 60) return seconds === 1 ? '1 second' : `${seconds} seconds`
  if (whole < 120) return whole === 1 ? '1 minute' : `${whole} minutes`
  return `${Math.ceil(whole / 60)} hours`
}

export const words = {
  welcome: {
    title: 'Welcome',
    text: 'To bind this phone to your account, type the activation code your bank gave you.',
    label: 'Activation code',
    hint: 'Five groups of four, such as 7K3M-9QXT-…',
    send: 'Continue',
    busy: 'Checking your code …',
  },
  text: {
    title: 'Check your messages',
    sent: (to: string) => `We sent a text to the number ${to}. It has to name these two words:`,
    warn: 'Other words, or none? Then stop here and call your bank: somebody else may be at work.',
    label: '6 digits from the text',
    send: 'Bind this phone',
    busy: 'Binding this phone …',
    restart: 'Start again',
  },
  choose: {
    title: 'Choose a passcode',
    change: 'Choose a new passcode',
    text: 'Six digits or more. You will need it to open the app, and only you know it.',
    repeat: 'Type it once more',
    repeatText: 'So that no slip of the finger locks you out.',
    send: 'Continue',
    sendRepeat: 'Set passcode',
    differs: 'Those were not the same. Choose again.',
    good: 'Good: not one of those that are guessed first.',
    more: (left: number) => (left === 1 ? 'One more.' : `${left} more.`),
    busy: 'Protecting your passcode …',
    cancel: 'Cancel',
  },
  offer: {
    title: 'Open with finger or face?',
    text: 'Quicker than typing. Your passcode still works, and we will ask for it now and then.',
    yes: 'Use finger or face',
    no: 'Not now',
    busy: 'Setting up finger or face …',
  },
  locked: {
    title: 'Welcome back',
    text: 'Your passcode, please.',
    send: 'Unlock',
    busy: 'Checking your passcode …',
    presence: 'Use finger or face',
    busyPresence: 'Waiting for finger or face …',
    forgot: 'Forgot your passcode?',
    left: (left: number) =>
      left === 1 ? ' One try is left before a pause.' : ` ${left} tries are left before a pause.`,
    offline: 'Show last balance without connection',
    waiting: 'Too many wrong tries',
    waitingText: 'For your safety we take no passcode for a while.',
    until: (seconds: number) => `Try again in ${minutes(seconds)}`,
  },
  forgotten: {
    title: 'Forgot your passcode?',
    text: 'Nobody can look it up, not even your bank. You prove who you are, get a new activation code and choose a new passcode. Until then nobody opens this app on this phone.',
    yes: 'Lock it and start again',
    no: 'Back',
    busy: 'Locking this phone …',
  },
  home: {
    title: (user: string) => `Hello, ${user}`,
    balance: 'Current account',
    fresh: 'Up to date',
    saved: 'Saved on this phone',
    offline: (when: string) => `Offline · as of ${when}`,
    transfers: 'Latest payments',
    none: 'No payments yet.',
    to: (name: string) => `To ${name}`,
    from: (name: string) => `From ${name}`,
    refresh: 'Refresh',
    busy: 'Asking for your accounts …',
    reconnect: 'Unlock with connection',
  },
  security: {
    title: 'Security',
    state: 'This phone',
    condition: 'Bound to you. It opens with your passcode.',
    presence: 'Bound to you. It opens with your passcode, or with finger or face.',
    devices: 'Your devices',
    here: 'this one',
    removed: 'removed',
    remove: 'Remove',
    notices: 'What happened lately',
    nothing: 'Nothing to tell.',
    change: 'Change passcode',
    addPresence: 'Set up finger or face',
    dropPresence: 'Remove finger or face',
    lock: 'Lock',
    end: 'Sign out',
    busy: 'One moment …',
  },
  nav: { label: 'Sections', home: 'Home', security: 'Security', lock: 'Lock' },
  prompt: {
    step_up: 'Please confirm it is you',
    expired: 'Your session has ended',
    passcode: 'Type your passcode to go on.',
    presence: 'Use finger or face, or your passcode, to go on.',
    send: 'Confirm',
    cancel: 'Cancel',
  },
  pad: {
    keys: 'Digits',
    field: 'Passcode',
    remove: 'Delete last digit',
    letters: 'Use letters instead',
    digits: 'Use digits instead',
    typed: (count: number) => (count === 0 ? '' : `${count} typed`),
  },
  trouble: {
    again: 'Try again',
    forget: 'Forget this phone',
    sure: 'Press again to remove what is stored here',
  },
  ended: { again: 'Enter a new activation code' },
} as const

export const weak: Readonly<Record<Weakness, string>> = {
  too_short: '',
  too_long: 'Too long: 128 characters at most.',
  repetition: 'Too easy: it repeats itself.',
  sequence: 'Too easy: it is a row.',
  date: 'Too easy: it is a date.',
  common: 'Too easy: many people use it.',
}

type Sentence = { readonly title: string; readonly text: string }

/** Where unlocking is not the way on; the other conditions have screens of their own. */
export const standing: Readonly<
  Record<Exclude<Condition, 'new' | 'enrolling' | 'locked' | 'open' | 'waiting' | 'presence_lost'>, Sentence>
> = {
  blocked: {
    title: 'Passcode blocked',
    text: 'It was typed wrong too often. Ask your bank for a new activation code.',
  },
  wiped: {
    title: 'Wiped by your bank',
    text: 'What this phone had stored cannot be opened any more, by anybody. Your money is safe. A new activation code brings it all back.',
  },
  forgotten: {
    title: 'Prove it is you',
    text: 'You said that you forgot your passcode. Ask your bank for a new activation code, then choose a new one.',
  },
  cloned: {
    title: 'Somebody may have a copy',
    text: 'Another copy of this app has opened since. We stopped both. Call your bank, and ask for a new activation code.',
  },
  suspended: {
    title: 'Prove it is you',
    text: 'Your bank paused this phone. Ask for a new activation code, then choose a new passcode.',
  },
  revoked: {
    title: 'This phone was removed',
    text: 'You or your bank removed it from your account. To use it again, ask for a new activation code.',
  },
  key_missing: {
    title: 'A key is missing',
    text: 'This phone does not find its own key. Open the page again; if that does not help, forget this phone and activate it again.',
  },
  unreadable: {
    title: 'Cannot read right now',
    text: 'The app cannot read what it stored. Close other windows of this page and try again.',
  },
  rolled_back: {
    title: 'Old data came back',
    text: 'What is stored here is older than it should be, so we do not show it. Forget this phone and activate it again.',
  },
  damaged: {
    title: 'Stored data is damaged',
    text: 'Try again. If that does not help, forget this phone and activate it again: your data comes back from the bank.',
  },
  clock_wrong: {
    title: 'The clock is off',
    text: 'Check date and time of this phone, or try another network.',
  },
  evicted: {
    title: 'The browser made room',
    text: 'It removed what this app had stored. Forget this phone and activate it again: your data comes back from the bank.',
  },
}

const later = 'That did not work. Please try again later.'
const fault = 'Something is wrong on our side. Please call your bank if it stays.'
const line = 'Something between this phone and your bank is not right. Try another network.'
const activate = 'Ask your bank for a new activation code.'

/** Each error as its user should hear it: what happened, and what to do. */
export const errorWords: Readonly<Record<ErrorCode, string>> = {
  activation_refused: 'This code is not accepted. Compare it; if it is right, ask for a new one.',
  activation_code_malformed: 'There is a slip in the code. Compare it letter by letter.',
  enrolment_refused: `This cannot be completed. ${activate}`,
  one_time_text_refused: 'These digits are wrong or too old. Type those of the newest text.',
  device_limit: 'You have as many phones as allowed. Remove one first.',
  outbox_unavailable: 'The text could not be sent. Please try again.',
  already_enrolled: 'This phone is bound already. Open the page again.',
  not_enrolled: `This phone is not bound. ${activate}`,
  passcode_refused: 'Wrong passcode.',
  passcode_locked: 'Too many wrong tries. Please wait.',
  passcode_blocked: `Too many wrong tries. ${activate}`,
  passcode_not_set: 'Setting up was not finished. Forget this phone and activate it again.',
  passcode_weak: 'This passcode is too easy. Choose another.',
  passcode_unsupported: 'This browser cannot protect a passcode. Close some tabs, or use another browser.',
  presence_failed: 'Finger or face was not recognised. Try again, or use your passcode.',
  presence_refused: 'Finger or face was not accepted. Try again, or use your passcode.',
  presence_unknown: 'Finger or face is not set up here any more. Use your passcode.',
  presence_unsupported: 'This device cannot do that. Go on with your passcode.',
  share_gone: standing.wiped.text,
  share_unavailable: 'Your bank is checking its systems. Please try again later.',
  clone_suspected: standing.cloned.text,
  identity_proof_required: standing.suspended.text,
  device_revoked: standing.revoked.text,
  session_ended: 'You were signed out. Unlock again.',
  insufficient_user_authentication: 'Not done: it needs your passcode.',
  grant_refused: 'Please unlock again.',
  locked: 'The app is locked. Unlock it first.',
  rate_limited: 'That was quick. Please wait a minute.',
  network_unreachable: 'No connection. Check the network and try again.',
  request_timeout: 'That took too long. Please try again.',
  upstream_unreachable: later,
  upstream_timeout: later,
  upstream_invalid: fault,
  store_unavailable: later,
  overloaded: 'Your bank is busy. Please try again in a minute.',
  internal_error: fault,
  statement_refused: line,
  answer_refused: line,
  unverified_refusal: line,
  server_key_refused: line,
  ambiguous_request: line,
  signature_missing: line,
  signature_invalid: line,
  digest_mismatch: line,
  sealed_request_refused: line,
  stale_sealing_key: later,
  sealing_unavailable: fault,
  sealed_required: fault,
  sealed_body_too_large: fault,
  answer_too_large: fault,
  reply_refused: fault,
  signature_expired: standing.clock_wrong.text,
  clock_stepped_back: later,
  nonce_store_restarted: later,
  replayed: later,
  token_missing: later,
  token_invalid: later,
  token_expired: later,
  device_key_required: fault,
  certificate_required: fault,
  certificate_refused: fault,
  request_in_progress: 'This is being done already. One moment.',
  request_already_executed: 'This was done already.',
  outcome_unknown: 'We do not know whether that was done. Look before you try again.',
  idempotency_key_missing: fault,
  idempotency_key_reused: fault,
  bad_request: fault,
  method_refused: fault,
  upgrade_refused: fault,
  body_refused: fault,
  body_too_large: fault,
  header_too_large: fault,
  content_encoding_refused: fault,
  not_found: fault,
  operator_required: fault,
  operator_exists: fault,
  key_missing: standing.key_missing.text,
  key_unavailable: standing.unreadable.text,
  state_unavailable: standing.unreadable.text,
  vault_unavailable: 'This app is open in another window. Lock it there first.',
  vault_rolled_back: standing.rolled_back.text,
  vault_damaged: standing.damaged.text,
  storage_full: 'There is no room left on this device. Free some and try again.',
  storage_evicted: standing.evicted.text,
  offline_refused: 'There is nothing to show without a connection.',
}

/** What devices tell each other; an event without words here is shown by its name. */
export const noticeWords: Readonly<Record<string, string>> = {
  'device.bound': 'Phone bound',
  'device.revoked': 'Phone removed',
  'device.wiped': 'Phone wiped',
  'device.clone_suspected': 'A copy of a phone was noticed',
  'passcode.registered': 'Passcode set',
  'passcode.locked': 'Pause after wrong passcodes',
  'passcode.blocked': 'Passcode blocked',
  'passcode.forgotten': 'Passcode forgotten',
  'presence.registered': 'Finger or face set up',
  'presence.removed': 'Finger or face removed',
  'session.reuse_detected': 'An old session was used again',
}
