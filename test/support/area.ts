import type { Box } from "../../server/contract/files.ts";

/** The area that boxes cover together. */
export const areaOf = (boxes: Box[]): number => {
  const xs = [...new Set(boxes.flatMap(({ x, width }) => [x, x + width]))].sort((a, b) => a - b);
  let area = 0;
  for (const [i, x] of xs.slice(0, -1).entries()) {
    const right = xs[i + 1] ?? x;
    const across = boxes.filter((box) => box.x <= x && box.x + box.width >= right).sort((a, b) => a.y - b.y);
    let bottom = -Infinity;
    for (const { y, height } of across) {
      area += Math.max(0, y + height - Math.max(y, bottom)) * (right - x);
      bottom = Math.max(bottom, y + height);
    }
  }
  return area;
};

/** How much of `wanted` the boxes cover, and which part of the boxes lies outside of it. */
export const compareBoxes = (boxes: Box[], wanted: Box[]): { covered: number; excess: number } => {
  const [own, theirs, both] = [areaOf(boxes), areaOf(wanted), areaOf([...boxes, ...wanted])];
  return { covered: (own + theirs - both) / theirs, excess: (both - theirs) / own };
};
