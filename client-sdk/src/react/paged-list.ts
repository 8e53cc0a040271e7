import { toDocuChatError, type DocuChatError } from "../errors.ts";
import { keepTrying } from "./keep-trying.ts";
import { createStore, type Store } from "./store.ts";

type ListState<Item> = {
  items: readonly Item[];
  loading: boolean;
  hasMore: boolean;
  error: DocuChatError | undefined;
};

type Page<Item> = { items: Item[]; nextCursor?: string | undefined };

type Source<Item> = {
  load: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<Item>>;
  /** The server's order: negative when the first comes first. */
  compare: (one: Item, other: Item) => number;
  admits?: (item: Item) => boolean;
};

export type PagedList<Item> = {
  store: Store<ListState<Item>>;
  /** Begins anew with the first page; what is under way ends when the given function is called. */
  open: () => () => void;
  loadMore: () => Promise<void>;
  /** Looks at the first page again. */
  refresh: () => Promise<void>;
  /** Takes in an item that has come or changed, if it lies among those that are loaded. */
  put: (item: Item) => void;
  drop: (id: string) => void;
  fail: (error: unknown) => void;
};

/** What was heard of items while a page was on its way, and so is newer than the page; undefined is removed. */
type Heard<Item> = Map<string, Item | undefined>;

/** A list that is read page by page, and kept true by what is heard meanwhile. */
export const createPagedList = <Item extends { id: string }>(source: Source<Item>): PagedList<Item> => {
  const { load, compare, admits = () => true } = source;
  const empty: ListState<Item> = { items: [], loading: true, hasMore: false, error: undefined };
  const store = createStore(empty);
  const reads = new Set<Heard<Item>>();
  let left = new AbortController();
  /** How far the list is read: where the next page begins, behind which item. Null before the first page. */
  let end: { cursor: string; item: Item } | undefined | null = null;

  const endOf = ({ items, nextCursor: cursor }: Page<Item>) => {
    const item = items.at(-1);
    return cursor === undefined || item === undefined ? undefined : { cursor, item };
  };
  const isLoaded = (item: Item) => !end || compare(item, end.item) <= 0;
  const arrange = (items: Item[]) => items.filter((item) => admits(item) && isLoaded(item)).sort(compare);

  const read = async (cursor: string | undefined, signal: AbortSignal) => {
    const heard: Heard<Item> = new Map();
    reads.add(heard);
    try {
      return { page: await load(cursor, signal), heard };
    } finally {
      reads.delete(heard);
    }
  };
  /** What is loaded, the page, and over both what was heard. */
  const settle = (page: Page<Item>, heard: Heard<Item>) =>
    store.set((state) => {
      const items = new Map([...state.items, ...page.items].map((item) => [item.id, item]));
      for (const [id, item] of heard) {
        if (item) items.set(id, item);
        else items.delete(id);
      }
      return { items: arrange([...items.values()]), hasMore: Boolean(end), loading: false, error: undefined };
    });
  /** Drops what the first page should have told of and did not. */
  const forgetMissing = (page: Page<Item>, heard: Heard<Item>) => {
    const listed = new Set(page.items.map(({ id }) => id));
    const last = endOf(page)?.item;
    const isMissing = (item: Item) =>
      !listed.has(item.id) && !heard.has(item.id) && (!last || compare(item, last) <= 0);
    store.set((state) => ({ ...state, items: state.items.filter((item) => !isMissing(item)) }));
  };

  const loadFirst = async (signal: AbortSignal): Promise<boolean> => {
    const { page, heard } = await read(undefined, signal);
    if (signal.aborted) return true;
    end = end === null ? endOf(page) : end;
    forgetMissing(page, heard);
    settle(page, heard);
    return true;
  };
  const fail = (error: unknown) => store.set((state) => ({ ...state, loading: false, error: toDocuChatError(error) }));
  const unlessLeft = (work: Promise<unknown>, { signal } = left) =>
    work.then(
      () => {},
      (error: unknown) => void (signal.aborted || fail(error)),
    );

  return {
    store,
    fail,
    open: () => {
      const opened = new AbortController();
      left = opened;
      end = null;
      store.set(() => empty);
      void keepTrying(() => loadFirst(opened.signal), { signal: opened.signal, onError: fail });
      return () => opened.abort();
    },
    refresh: () => unlessLeft(loadFirst(left.signal)),
    loadMore: async () => {
      if (!end || store.get().loading) return;
      store.set((state) => ({ ...state, loading: true }));
      const { signal } = left;
      const loadNext = async ({ cursor }: { cursor: string }) => {
        const { page, heard } = await read(cursor, signal);
        if (signal.aborted) return;
        end = endOf(page);
        settle(page, heard);
      };
      await unlessLeft(loadNext(end));
    },
    put: (item) => {
      for (const heard of reads) heard.set(item.id, item);
      store.set((state) => ({
        ...state,
        items: arrange([...state.items.filter(({ id }) => id !== item.id), item]),
      }));
    },
    drop: (id) => {
      for (const heard of reads) heard.set(id, undefined);
      store.set((state) => ({ ...state, items: state.items.filter((item) => item.id !== id) }));
    },
  };
};
