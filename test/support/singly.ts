/** What comes several at a time, one by one. */
export async function* singly<T>(batches: AsyncIterable<T[]>): AsyncGenerator<T> {
  for await (const batch of batches) yield* batch;
}
