/** The most that goes together: a script keeps everybody else waiting while it runs. */
const MOST = 200;

/**
 * Hands over together what is asked for in one turn of the event loop, or within `lingerMs`: a command costs this process
 * more than what it carries. The order is kept; what goes together succeeds or fails together.
 */
export const gather = <Item, Result>(
  send: (items: Item[]) => Promise<Result[]>,
  { lingerMs = 0 } = {},
): ((item: Item) => Promise<Result>) => {
  type Batch = { items: Item[]; results: Promise<Result[]> };
  let next: Batch | undefined;
  const open = (): Batch => {
    const items: Item[] = [];
    const { promise: turned, resolve } = Promise.withResolvers<void>();
    if (lingerMs > 0) setTimeout(resolve, lingerMs);
    else setImmediate(resolve);
    const results = turned.then(() => {
      if (next?.items === items) next = undefined;
      return send(items);
    });
    return { items, results };
  };
  return async (item) => {
    const { items, results } = (next ??= open());
    const place = items.push(item) - 1;
    if (items.length >= MOST) next = undefined;
    const result = (await results)[place];
    if (result === undefined) throw new Error("a result is missing");
    return result;
  };
};
