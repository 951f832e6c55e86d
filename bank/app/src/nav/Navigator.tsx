/**
 * Shows the screens of an unlocked app. How to add one:
 * 1. a line in `Routes` (routes.ts): its name and what it has to be told;
 * 2. one file in `screens/`: a component that takes just that as its props and is built of `components/`, `Screen` outermost;
 * 3. its words in `words/en/` and `words/de/`, in the file of its part of the app;
 * 4. a line in the table below.
 * It reads the bank by `useLoad`, acts by `useAct`, goes elsewhere by `useNav`. It stays mounted, hidden, while others lie above it.
 */
import { type ComponentType, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { StyleSheet, View } from 'react-native'
import { guardBack, onBack } from '../device/back.ts'
import { Account } from '../screens/Account.tsx'
import { Cards } from '../screens/Cards.tsx'
import { ChangePasscode } from '../screens/ChangePasscode.tsx'
import { Devices } from '../screens/Devices.tsx'
import { Document } from '../screens/Document.tsx'
import { Documents } from '../screens/Documents.tsx'
import { Held } from '../screens/Held.tsx'
import { HeldPayment } from '../screens/HeldPayment.tsx'
import { Home } from '../screens/Home.tsx'
import { More } from '../screens/More.tsx'
import { PayeesNew } from '../screens/PayeesNew.tsx'
import { Payees } from '../screens/Payees.tsx'
import { Payments } from '../screens/Payments.tsx'
import { Security } from '../screens/Security.tsx'
import { Settings } from '../screens/Settings.tsx'
import { SettingsAbout } from '../screens/SettingsAbout.tsx'
import { StandingOrders } from '../screens/StandingOrders.tsx'
import { StandingOrdersReview } from '../screens/StandingOrdersReview.tsx'
import { Transfer } from '../screens/Transfer.tsx'
import { TransferAmount } from '../screens/TransferAmount.tsx'
import { TransferDone } from '../screens/TransferDone.tsx'
import { TransferPayee } from '../screens/TransferPayee.tsx'
import { TransferReview } from '../screens/TransferReview.tsx'
import { TransferUnfinished } from '../screens/TransferUnfinished.tsx'
import { type Nav, NavProvider, PlaceProvider } from './nav.tsx'
import type { Route, RouteName, Routes, Tab } from './routes.ts'
import { TabBar } from './TabBar.tsx'

const screens: { readonly [Name in RouteName]: ComponentType<Routes[Name]> } = {
  home: Home,
  account: Account,
  payments: Payments,
  transfer: Transfer,
  transfer_payee: TransferPayee,
  transfer_amount: TransferAmount,
  transfer_review: TransferReview,
  transfer_done: TransferDone,
  transfer_unfinished: TransferUnfinished,
  held: Held,
  held_payment: HeldPayment,
  payees: Payees,
  payee_new: PayeesNew,
  standing_orders: StandingOrders,
  standing_order_review: StandingOrdersReview,
  cards: Cards,
  more: More,
  documents: Documents,
  document: Document,
  security: Security,
  devices: Devices,
  settings: Settings,
  change_passcode: ChangePasscode,
  about: SettingsAbout,
}

type Stack = { readonly tab: Tab; readonly above: readonly Route[] }

const styles = StyleSheet.create({ all: { flex: 1 }, hidden: { display: 'none' } })

function useStack(): { readonly stack: Stack; readonly nav: Nav } {
  const [stack, setStack] = useState<Stack>({ tab: 'home', above: [] })
  const keys = useRef(0)
  const latest = useRef(stack)
  latest.current = stack

  const nav = useMemo<Nav>(() => {
    const route = <Name extends RouteName>(name: Name, params: Routes[Name]): Route => ({
      name,
      params,
      key: ++keys.current,
    })
    return {
      go: (name, params) => setStack(({ tab, above }) => ({ tab, above: [...above, route(name, params)] })),
      replace: (name, params) =>
        setStack(({ tab, above }) => ({ tab, above: [...above.slice(0, -1), route(name, params)] })),
      back: () => setStack(({ tab, above }) => ({ tab, above: above.slice(0, -1) })),
      end: (name, params) => setStack(({ tab }) => ({ tab, above: [route(name, params)] })),
      tab: (tab) => setStack({ tab, above: [] }),
    }
  }, [])

  const somewhere = stack.above.length > 0 || stack.tab !== 'home'
  useEffect(() => {
    if (somewhere) guardBack()
  }, [somewhere, stack])
  const goBack = useCallback((): boolean => {
    const { tab, above } = latest.current
    if (above.length > 0) nav.back()
    else if (tab !== 'home') nav.tab('home')
    else return false
    return true
  }, [nav])
  useEffect(() => onBack(goBack), [goBack])
  return { stack, nav }
}

/** The table holds name and parameters together; the compiler cannot follow one name through it. */
function screenOf({ name, params }: Pick<Route, 'name' | 'params'>) {
  const Content = screens[name] as ComponentType<Routes[RouteName]>
  return <Content {...params} />
}

export function Navigator() {
  const { stack, nav } = useStack()
  const { tab, above } = stack
  const all: readonly Route[] = [{ name: tab, params: {}, key: 0 }, ...above]
  const top = all.length - 1
  return (
    <NavProvider value={nav}>
      <View style={styles.all}>
        {all.map((route, i) => (
          <View
            key={`${tab} ${route.key}`}
            aria-hidden={i !== top}
            style={i === top ? styles.all : styles.hidden}
          >
            <PlaceProvider value={{ shown: i === top, back: i === 0 ? null : nav.back }}>
              {screenOf(route)}
            </PlaceProvider>
          </View>
        ))}
      </View>
      {above.length === 0 ? <TabBar tab={tab} onTab={nav.tab} /> : null}
    </NavProvider>
  )
}
