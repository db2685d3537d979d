/**
 * Picks for the RANDMEMBER family. A positive count asks for distinct elements, a negative one for so many picks with
 * repetition.
 */
export function distinctIndexes(size: number, count: number, random: () => number): number[] {
  if (count * 3 > size) {
    const indexes = Array.from({ length: size }, (_, index) => index);
    for (let i = 0; i < count; i++) {
      const j = i + Math.floor(random() * (size - i));
      const picked = indexes[j] ?? 0;
      indexes[j] = indexes[i] ?? 0;
      indexes[i] = picked;
    }
    return indexes.slice(0, count);
  }
  const picked = new Set<number>();
  while (picked.size < count) picked.add(Math.floor(random() * size));
  return [...picked];
}
