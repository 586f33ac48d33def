import { useEffect, useState } from "react";
import type { Moment } from "../held-token.ts";
import { useQuickstart } from "../quickstart.ts";

/** Now, once a second. */
export function useMoment(): Moment {
  const { now } = useQuickstart();
  const [moment, setMoment] = useState(now);
  useEffect(() => {
    const timer = setInterval(() => setMoment(now()), 1000);
    return () => clearInterval(timer);
  }, [now]);
  return moment;
}
