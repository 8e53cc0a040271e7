import { useSyncExternalStore } from "react";
import { hubOf } from "./hub.ts";
import { useDocuChat } from "./provider.ts";
import type { Store } from "./store.ts";

export const useHub = () => hubOf(useDocuChat());

export const useStore = <State>({ subscribe, get }: Store<State>): State => useSyncExternalStore(subscribe, get, get);
