/** What came of something, and the milliseconds it took. */
export async function timed<Result>(
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly tookMs: number }> {
  const began = performance.now();
  const result = await work();
  return { result, tookMs: Math.round(performance.now() - began) };
}
