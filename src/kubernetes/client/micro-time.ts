// MicroTime: the time format of Leases and Events, which must carry six fractional digits.

/**
 * RFC 3339 with six fractional digits, for metav1.MicroTime. The API server refuses the three of `toISOString`
 * (kubernetes#141204). `epochMs` may have a fraction.
 */
export function microTime(epochMs: number): string {
  const whole = Math.floor(epochMs);
  const micros = Math.floor((epochMs - whole) * 1_000);
  return `${new Date(whole).toISOString().slice(0, -1)}${String(micros).padStart(3, "0")}Z`;
}
