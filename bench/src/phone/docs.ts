/**
 * `node bench/dist/phone/docs.js FILE`: writes the tables of the phone's half into docs/choosing.md from the report of a whole run
 * (`npm run bench -- --json FILE`).
 */

import { pathToFileURL } from 'node:url'
import { runOf, writeSection } from '../section.ts'
import type { Section } from '../section.ts'
import { tables } from './doc-tables.ts'

export const section: Section = {
  from: '<!-- bench: the phone, written by bench/src/phone/docs.ts -->',
  about: (head) =>
    `The phone's half, from one ${runOf(head, head.chromium ?? 'no browser')}, medians of ${head.phoneRounds} rounds.`,
  tables,
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) writeSection(section, process.argv[2])
