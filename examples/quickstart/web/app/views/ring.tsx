import type { ReactNode } from "react";
import { dueShare, type HeldToken, remainingMs } from "../held-token.ts";
import { minutesAndSeconds } from "../reading/times.ts";
import { useMoment } from "./use-moment.ts";

const radius = 43;
const around = 2 * Math.PI * radius;
const dueRadius = 49;
const aroundDue = 2 * Math.PI * dueRadius;

/** A token's life, with the stretch of it marked in which it is due to be replaced. */
export function Ring({ token, isOver }: { readonly token: HeldToken; readonly isOver: boolean }): ReactNode {
  const left = remainingMs(token, useMoment());
  const state = isOver ? "over" : left === 0 ? "expired" : "good";
  const words = {
    over: "left, and refused",
    expired: "expired",
    good: `left of ${minutesAndSeconds(token.lifetimeMs)}`,
  };
  const circle = { cx: 50, cy: 50, r: radius };
  return (
    <div className="ring" data-testid="token-countdown" data-state={state}>
      <svg viewBox="0 0 100 100" aria-hidden="true">
        <circle {...circle} className="ring-all" />
        <circle
          {...circle}
          className="ring-left"
          strokeDasharray={around}
          strokeDashoffset={-around * (1 - left / token.lifetimeMs)}
        />
        <circle
          {...circle}
          r={dueRadius}
          className="ring-due"
          strokeDasharray={`${aroundDue * (dueShare.to - dueShare.from)} ${aroundDue}`}
          strokeDashoffset={-aroundDue * dueShare.from}
        />
      </svg>
      <p className="ring-text">
        <span className="ring-time">{minutesAndSeconds(left)}</span>
        <span className="ring-words">{words[state]}</span>
      </p>
    </div>
  );
}
