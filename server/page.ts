type Asked<Row> = {
  limit: number;
  /** What the next page begins after. */
  cursorOf: (row: Row) => string;
};

/** A page of rows. One more row was read than it holds: if that exists, there is a next page. */
export const toPage = <Row, Item>(rows: Row[], { limit, cursorOf }: Asked<Row>, toItem: (row: Row) => Item) => {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items: items.map(toItem), ...(rows.length > limit && last ? { nextCursor: cursorOf(last) } : {}) };
};
