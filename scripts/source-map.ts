const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** One segment's numbers, in base 64 with the sign in the lowest bit (ECMA-426, "base64 VLQ"). */
const decode = (segment: string): number[] => {
  const numbers: number[] = [];
  let value = 0;
  let shift = 0;
  for (const digit of segment) {
    const bits = DIGITS.indexOf(digit);
    value |= (bits & 31) << shift;
    shift += 5;
    if (bits & 32) continue;
    numbers.push(value & 1 ? -(value >> 1) : value >> 1);
    value = shift = 0;
  }
  return numbers;
};

const encode = (number: number): string => {
  let value = number < 0 ? (-number << 1) | 1 : number << 1;
  let text = "";
  do {
    text += DIGITS[(value & 31) | (value > 31 ? 32 : 0)];
    value >>>= 5;
  } while (value > 0);
  return text;
};

type SourceMap = { sources: string[]; mappings: string };

/** A map that leads line to line: a fifth of the size, and as good for a stack trace or a breakpoint. */
export const byLine = (map: SourceMap): SourceMap => {
  let line = 0;
  let told = 0;
  const lines = map.mappings.split(";").map((segments) => {
    let first: number | undefined;
    for (const segment of segments === "" ? [] : segments.split(",")) {
      line += decode(segment)[2] ?? 0;
      first ??= line;
    }
    if (first === undefined) return "";
    const moved = encode(first - told);
    told = first;
    return `AA${moved}A`;
  });
  return { ...map, mappings: lines.join(";") };
};
