/** The value below which a fraction of the values lies. NaN where there is none. */
export function quantile(values: Iterable<number>, fraction: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? Number.NaN;
}

export function median(values: Iterable<number>): number {
  return quantile(values, 0.5);
}

/** @param digits behind the decimal point */
export function rounded(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}
