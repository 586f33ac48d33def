/**
 * Makes callers who ask for the same thing at the same time share one piece of work. Nothing is remembered beyond it:
 * who asks after it has ended, well or badly, begins anew.
 */
export function coalesce<Result>(work: (key: string) => Promise<Result>): (key: string) => Promise<Result> {
  const underWay = new Map<string, Promise<Result>>();

  return (key) => {
    const begun = underWay.get(key);
    if (begun) return begun;
    const promise = work(key);
    underWay.set(key, promise);
    const forget = () => underWay.delete(key);
    promise.then(forget, forget);
    return promise;
  };
}
