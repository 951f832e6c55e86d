/** The sheets that ask: for an approval, or for passcode or finger in the middle of something. */
const clock = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`

export const approval = {
  title: 'Please check and approve',
  text: 'Exactly this will be done, and nothing else.',
  presence: 'Approve with finger or face',
  passcode: 'Approve with passcode',
  whole: 'Show all of it again',
  approve: 'Approve',
  busy: 'Approving',
  decline: 'Do not approve',
  close: 'Close',
  notes: {
    hold: {
      title: 'We will check this first',
      text: 'Before it is sent we look at this payment and call you.',
    },
  },
  /** Why a payment was held or refused. */
  reasons: {
    over_limit: 'It is above your limit',
    velocity: 'There were many payments in a short time',
    new_payee: 'You have not paid this person before',
    unusual_amount: 'The amount is unusual for you',
    new_place: 'It comes from a place you have not paid from before',
    new_device: 'This phone is new to us',
    suspicion: 'Something about it looks like a known fraud',
    rule: 'A rule of the bank asks for it',
  },
  over: 'The time to approve this is over. Nothing was done. Close this and start again.',
  clock,
  until: (seconds: number) => `Valid for another ${clock(seconds)}`,
  soon: 'Less than half a minute left',
  ask: {
    step_up: 'Please confirm it is you',
    expired: 'Your session has ended',
    passcode: 'Enter your passcode to go on.',
    presence: 'Use finger or face, or enter your passcode, to go on.',
    send: 'Confirm',
  },
} as const
