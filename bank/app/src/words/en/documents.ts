/** What the bank wrote to its customer: the list, one of them, and where it lies. */
export const documents = {
  title: 'Documents',
  kind: 'Kind',
  all: 'All',
  kinds: { statement: 'Statements', tax: 'Tax', contract: 'Contracts' },
  one: { statement: 'Statement', tax: 'Tax', contract: 'Contract' },
  size: (kilobytes: number) => `${kilobytes} kB`,
  here: 'On this phone',
  none: 'No documents yet',
  noneText: 'Statements and contracts show here as soon as there are any.',
  noneKind: 'Nothing of this kind',
  noneKindText: 'Choose another kind, or all of them.',
  stored: (count: number) =>
    count === 1
      ? 'One document is on this phone, encrypted.'
      : `${count} documents are on this phone, encrypted.`,
  fetching: 'Getting it, encrypted for this phone alone',
  storing: 'Storing it as it came',
  opening: 'Opening it in memory',
  details: 'About this document',
  date: 'Date',
  length: 'Size',
  place: 'Where it is',
  placeShort: 'Encrypted on this phone, opened in memory alone',
  placeText: 'On this phone, encrypted. It is opened in memory alone and gone when you close it.',
  away: 'Keep for when there is no connection',
  awayText: (until: string) => `Opens with finger or face until ${until}, and longer with each unlock.`,
  awayOff: 'Without it the bank has to help to open a document, and so can stop a thief.',
  awayLarge: 'Too large to be kept for that.',
  awayNever: 'Set up finger or face under Security first.',
  remove: 'Remove from this phone',
  unseen: 'No picture of it here',
  unseenText:
    'It is safe here, but this phone cannot draw it inside the app. Open Alder Bank on a computer to read it.',
} as const
