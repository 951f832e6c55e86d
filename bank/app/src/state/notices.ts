/** Security events in the order they happened, and which of them its user has not answered for yet. */
import type { Notice, Session } from '@holdfast/client'

/** Of these its user has to say whether it was he. */
const alarming = [
  'device.bound',
  'device.clone_suspected',
  'passcode.registered',
  'passcode.blocked',
  'passcode.forgotten',
  'presence.registered',
] as const
const known = [
  ...alarming,
  'device.revoked',
  'transfer.held',
  'transfer.released',
  'transfer.hold_refused',
] as const
export type Alarming = (typeof alarming)[number]

export type KnownNotice = Notice & { readonly kind: (typeof known)[number] }
export type Alarm = Notice & { readonly kind: Alarming }

/** Setting up a phone makes several events, and is one thing to be asked about. */
export type Question = { readonly about: Alarm; readonly last: Alarm }

export type Notices = {
  /** Newest first; kinds this version has no words for are left out. */
  readonly all: readonly KnownNotice[]
  /** Newest first. */
  readonly unseen: readonly Alarm[]
  /** Oldest first: an answer counts for all that was before. */
  readonly questions: readonly Question[]
}

/** In the preferences: the newest its user knows of. */
const seen = 'notices seen'

function isKnown(notice: Notice): notice is KnownNotice {
  return (known as readonly string[]).includes(notice.kind)
}
function isAlarm(notice: Notice): notice is Alarm {
  return (alarming as readonly string[]).includes(notice.kind)
}

/** What comes with a phone that was just added. */
function belongs({ kind, device }: Alarm, about: Alarm | undefined): boolean {
  const setUp = kind === 'passcode.registered' || kind === 'presence.registered'
  return setUp && about?.kind === 'device.bound' && about.device === device
}

/** `unseen` newest first. */
export function questionsOf(unseen: readonly Alarm[]): Question[] {
  const questions: Question[] = []
  for (const alarm of unseen.toReversed()) {
    const before = questions.at(-1)
    if (before !== undefined && belongs(alarm, before.about))
      questions.splice(-1, 1, { ...before, last: alarm })
    else questions.push({ about: alarm, last: alarm })
  }
  return questions
}

/** What was there when this phone was set up is no news to whoever set it up. */
export async function readNotices(session: Session): Promise<Notices> {
  const listed = await session.notices()
  const { preferences } = session.vault
  const before = await preferences.get(seen)
  const newest = Math.max(0, ...listed.map(({ id }) => id))
  if (typeof before !== 'number') await preferences.set(seen, newest)
  const since = typeof before === 'number' ? before : newest
  const unseen = listed.filter(isAlarm).filter(({ id }) => id > since)
  return { all: listed.filter(isKnown), unseen, questions: questionsOf(unseen) }
}

/** Its user knows of this one and of all before it. */
export async function acknowledge({ vault: { preferences } }: Session, { id }: Notice): Promise<void> {
  const before = await preferences.get(seen)
  await preferences.set(seen, Math.max(id, typeof before === 'number' ? before : 0))
}

/** After an act on this phone that answers for what is new, and for all of it: nobody is asked about what he has just done. */
export async function acknowledgeIf(
  session: Session,
  answers: (unseen: readonly Alarm[]) => boolean,
): Promise<void> {
  const { unseen } = await readNotices(session)
  const [newest] = unseen
  if (newest !== undefined && answers(unseen)) await acknowledge(session, newest)
}

/** After another way in was set up here. */
export async function acknowledgeOwn(session: Session, kind: Alarming): Promise<void> {
  // A way in that somebody else set up meanwhile makes it two.
  await acknowledgeIf(session, (unseen) => unseen.length === 1 && unseen[0]?.kind === kind)
}
