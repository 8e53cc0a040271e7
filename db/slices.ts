/** An array in parts of at most `size` items. */
export function* slicesOf<T>(items: readonly T[], size: number): Generator<T[], void> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
