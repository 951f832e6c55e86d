/** What people spend money on. Every company is made up. Amounts in cents. */
import type { Category } from '../database/schema.ts'

/** Card payments that come by chance. */
export type Habit = {
  readonly shops: readonly [string, ...string[]]
  readonly category: Category
  /** On each day of the week from Sunday on, once in so many; 0 never. */
  readonly onceIn: readonly [number, number, number, number, number, number, number]
  readonly least: number
  readonly most: number
  /** Opening hours, in minutes after midnight (UTC). */
  readonly hours: readonly [number, number]
  /** Prices in shops end in anything, tickets and menus in full tens. */
  readonly steps: number
}

export const habits: readonly Habit[] = [
  {
    shops: ['Marktgarten', 'Frischhof Nord', 'Lumi Markt', 'Korbwerk Bioladen'],
    category: 'groceries',
    onceIn: [0, 3, 4, 3, 4, 2, 1.4],
    least: 990,
    most: 9850,
    steps: 1,
    hours: [420, 1200],
  },
  {
    shops: ['Bäckerei Sonnenkorn', 'Café Librette', 'Kaffeewerk Kai 7'],
    category: 'eating_out',
    onceIn: [4, 3, 4, 3, 4, 3, 3],
    least: 280,
    most: 980,
    steps: 10,
    hours: [345, 960],
  },
  {
    shops: ['Trattoria Orsetto', 'Mizu Ramen', 'Bistro Kranichsee', 'Taverna Melisso', 'Pho Lantern'],
    category: 'eating_out',
    onceIn: [9, 0, 14, 12, 9, 4, 4],
    least: 1650,
    most: 7800,
    steps: 10,
    hours: [1000, 1260],
  },
  {
    shops: ['Regiobahn Küste', 'Pedalo Leihrad', 'Haventaxi'],
    category: 'transport',
    onceIn: [9, 14, 14, 14, 12, 8, 8],
    least: 340,
    most: 3290,
    steps: 10,
    hours: [360, 1260],
  },
  {
    shops: [
      'Fadenlauf Mode',
      'Hausrat am Markt',
      'Buchhandlung Seitenwind',
      'Elektra Depot',
      'Schuhwerk Lund',
    ],
    category: 'shopping',
    onceIn: [0, 16, 18, 15, 14, 10, 6],
    least: 1290,
    most: 18_900,
    steps: 1,
    hours: [540, 1080],
  },
  {
    shops: ['Kino Nebelhorn', 'Kletterhalle Granit', 'Planetarium Nordhaven', 'Tonspur Schallplatten'],
    category: 'leisure',
    onceIn: [10, 0, 26, 24, 20, 10, 8],
    least: 900,
    most: 3400,
    steps: 50,
    hours: [780, 1200],
  },
  {
    shops: ['Apotheke am Leuchtturm', 'Optik Klarblick', 'Drogerie Minze'],
    category: 'health',
    onceIn: [0, 18, 22, 22, 22, 18, 14],
    least: 495,
    most: 3890,
    steps: 1,
    hours: [480, 1020],
  },
]

/** Collected on the same day of every so many months. */
export type Debit = {
  readonly name: string
  readonly reference: string
  readonly category: Category
  readonly day: number
  readonly months: number
  readonly amount: number
  readonly by: 'direct_debit' | 'card'
}

const debit = (day: number, name: string, reference: string, amount: number, category: Category): Debit => {
  return { day, name, reference, amount, category, months: 1, by: 'direct_debit' }
}

export const usualDebits: readonly Debit[] = [
  debit(3, 'Stadtwerke Nordhaven', 'Electricity and gas', 7100, 'utilities'),
  debit(5, 'Fasernetz', 'Internet at home', 3995, 'utilities'),
  debit(8, 'Funkwelle Mobil', 'Mobile contract', 1499, 'utilities'),
  { ...debit(15, 'Wasserverband Haven', 'Water', 5820, 'utilities'), months: 3 },
  debit(1, 'Nordhaven Transit', 'Monthly ticket', 5800, 'transport'),
  debit(4, 'Vitara Versicherung', 'Dental insurance', 2340, 'health'),
  { ...debit(11, 'Flimmer', 'Streaming, standard plan', 1299, 'leisure'), by: 'card' },
  { ...debit(19, 'Tonleiter', 'Music subscription', 1099, 'leisure'), by: 'card' },
]
