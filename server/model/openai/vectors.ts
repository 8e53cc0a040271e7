type Item = { index?: number | undefined; embedding: string | (number | null)[] };

/** By their indexes, where these are the numbers of all places; otherwise as they came. */
export const inOrder = (data: Item[]): Item[] => {
  const placed = data.map((item, at) => ({ ...item, index: item.index ?? at }));
  const places = new Set(placed.map(({ index }) => index).filter((index) => index >= 0 && index < data.length));
  return places.size === data.length ? placed.toSorted((a, b) => a.index - b.index) : data;
};

/** A unit vector from base64 of little-endian floats, or from numbers; a zero vector where it has no direction. */
export const readVector = (embedding: Item["embedding"]): Float32Array => {
  const vector =
    typeof embedding === "string"
      ? decodeFloats(embedding)
      : Float32Array.from(embedding, (value) => value ?? Number.NaN);
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  if (!Number.isFinite(length) || length === 0) return new Float32Array(vector.length);
  return vector.map((value) => value / length);
};

const decodeFloats = (base64: string): Float32Array => {
  const bytes = Buffer.from(base64, "base64");
  const floats = new Float32Array(bytes.length >> 2);
  bytes.copy(new Uint8Array(floats.buffer));
  return floats;
};
