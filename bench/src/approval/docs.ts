/**
 * `node bench/dist/approval/docs.js FILE`: writes the tables of approvals into docs/choosing.md from the report of a run that measured them
 * (`npm run bench -- --only ": approval" --json FILE`).
 */

import { pathToFileURL } from 'node:url'
import { runOf, writeSection } from '../section.ts'
import type { Section } from '../section.ts'
import { tables } from './doc-tables.ts'

export const section: Section = {
  from: '<!-- bench: approvals, written by bench/src/approval/docs.ts -->',
  about: (head) =>
    `From one ${runOf(head)}, medians of ${head.phoneRounds} rounds (one payment) and ${head.rounds} (all else).`,
  tables,
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) writeSection(section, process.argv[2])
