import { describe, expect, it } from 'vitest'
import { parseName, showName } from './approval-name.ts'

const shown = (name: string): string => showName(parseName(name))

describe('parseName', () => {
  it.each([
    'Anna Schmidt',
    "Seán O'Brien-Ní Dhomhnaill",
    'Łukasz Żółć',
    'İbrahim Işık',
    'Nguyễn Thị Ánh',
    'Đorđe Ćirić',
    'Ọlá Ọ̀ṣun',
    'Kɔfi Aŋba',
    'H&M Hennes, Inc. (UK) No. 7/3',
    '1&1',
    'C·H·A',
    'Анна Шмидт',
    'Ελένη Παπαδοπούλου',
    'Արամ Խաչատրյան',
    'ნინო',
    'דוד בן-גוריון 5',
    'محمد بن سلمان',
    'सीता देवी',
    'สมชาย ใจดี',
    'บริษัท น้ำใจ',
    '山田 太郎',
    '佐々木 ヒカル',
    'スズキ・モーター TOKYO',
    '王小明',
    'LG 전자',
    '김철수 金',
    'ㄅㄆ 王',
    'x'.repeat(70),
  ])('takes %s and shows it as it is', (name) => {
    expect(shown(name)).toBe(name)
  })

  it.each([
    ['Latin with a Cyrillic letter', 'P\u0430ypal'],
    ['Latin with a Greek letter', 'Micr\u03bfsoft'],
    ['Latin with an Armenian letter', 'G\u0585ogle'],
    ['Cyrillic with a Latin letter', '\u0440\u0430\u0443\u0440\u0430l'],
    ['Cyrillic with Greek', '\u0410\u03bb'],
    ['Hebrew with Latin', '\u05d0bc'],
    ['Kana with Hangul', '\u30ab\uac00'],
    ['Cyrillic with Han', '\u0410\u738b'],
    ['Thai with Lao', '\u0e01\u0e81'],
    ['Cherokee', '\u13a0\u13b3'],
    ['Coptic', '\u2c80\u2ca3'],
    ['Deseret', '\u{10400}'],
    ['Gothic', '\u{10330}'],
    ['a phonetic a', 'p\u0251ypal'],
    ['a phonetic g', '\u0261oogle'],
    ['small capitals', '\u0299ank'],
    ['full-width letters', '\uff30aypal'],
    ['mathematical letters', '\u{1d40f}aypal'],
    ['zero-width joiner', 'Pay\u200dpal'],
    ['right-to-left override', 'Anna\u202elap'],
    ['NFD', 'Mu\u0308ller'],
    ['four marks', 'x\u0323\u0323\u0323\u0323'],
    ['a dot on a letter that has one', 'Mi\u0307a'],
    ['a dot on one that has it, behind another mark', 'Mi\u0323\u0307a'],
    ['a dot that makes an i of its dotless twin', 'M\u0131\u0307a'],
    ['a mark twice', 'Ana\u0323\u0323'],
    ['a mark of another script', 'a\u0e31'],
    ['Arabic digits', '\u0645\u062d\u0645\u062f \u0665'],
    ['brackets', 'Capa [Cyrillic]'],
    ['a sign of money', 'Anna \u20ac5'],
    ['an equals sign', 'a=b'],
    ['71 characters', 'x'.repeat(71)],
    ['nothing', ''],
    ['a blank behind', 'Anna '],
    ['a line break', 'Anna\nSchmidt'],
  ])('refuses %s', (_, name) => {
    expect(() => parseName(name)).toThrow(TypeError)
  })
})

describe('showName', () => {
  it.each([
    ['Сара', 'Сара [Cyrillic]'],
    ['аррӏе', 'аррӏе [Cyrillic]'],
    ['раураӏ', 'раураӏ [Cyrillic]'],
    ['АВС 24', 'АВС 24 [Cyrillic]'],
    ['Ёё Ї', 'Ёё Ї [Cyrillic]'],
    ['ΑΝΝΑ', 'ΑΝΝΑ [Greek]'],
    ['Νίκη', 'Νίκη [Greek]'],
    ['հօս', 'հօս [Armenian]'],
    // Letters nobody writes any more look the part as well.
    ['Ѵіѕа', 'Ѵіѕа [Cyrillic]'],
    ['ѡһо', 'ѡһо [Cyrillic]'],
    ['Ϳοι', 'Ϳοι [Greek]'],
    ['ϸοϳ', 'ϸοϳ [Greek]'],
    ['հօռ', 'հօռ [Armenian]'],
  ])('names the script of %s, which could be Latin', (name, marked) => {
    expect(shown(name)).toBe(marked)
  })

  it.each(['Сарай', 'Анна', 'Ελένη', 'Capa', '24/7'])('leaves %s alone', (name) => {
    expect(shown(name)).toBe(name)
  })
})
